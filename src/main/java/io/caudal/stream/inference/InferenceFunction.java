package io.caudal.stream.inference;

import io.caudal.config.DeviceSettings;
import io.caudal.config.EngineSettings;
import io.caudal.config.KvSettings;
import io.caudal.config.ModelSettings;
import io.caudal.config.Settings;
import io.caudal.engine.host.Engines;
import io.caudal.protocol.ControlChange;
import io.caudal.protocol.Request;
import io.caudal.protocol.RequestType;
import io.caudal.protocol.Result;
import io.caudal.stream.operator.AsyncCall;
import io.caudal.stream.operator.Completion;
import io.caudal.stream.operator.Emitter;
import io.caudal.stream.operator.KeyQueue;
import io.caudal.stream.operator.KeyedAsyncContext;
import io.caudal.stream.operator.KeyedAsyncFunction;
import io.caudal.stream.operator.Rank;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers the requests of a session, one after the other, from what its keyed state remembers. A
 * turn that fails or is cancelled leaves the session as it was.
 */
public final class InferenceFunction
    implements KeyedAsyncFunction<String, Request, ControlChange, Result, int[]> {

  private final Map<String, String> settings;
  private transient Engines.@Nullable Lease lease;
  private transient @Nullable InferenceTask task;

  public InferenceFunction(Settings settings) {
    this.settings = settings.given();
  }

  @Override
  public void open(KeyedAsyncContext<Result> context) throws Exception {
    Settings all = Settings.of(settings);
    lease =
        Engines.acquire(
            ModelSettings.from(all),
            EngineSettings.from(all),
            KvSettings.from(all),
            Placements.of(context.runtime(), DeviceSettings.from(all)));
    task = new InferenceTask(all, context, lease);
  }

  @Override
  public AsyncCall<int[]> start(
      String key, Request request, List<int[]> progress, Completion<Result> completion)
      throws Exception {
    return task().start(key, request, progress, completion);
  }

  @Override
  public boolean overtakes(Request request) {
    return request.type() == RequestType.CANCEL;
  }

  @Override
  public void overtake(
      String key, Request request, KeyQueue<Request, int[]> queue, Emitter<Result> out)
      throws Exception {
    task().cancel(key, request, queue, out);
  }

  @Override
  public Rank rank(Request request) {
    return new Rank(request.priority(), Generations.tenant(request));
  }

  @Override
  public int mark(Request request) {
    return request.requestId().hashCode();
  }

  @Override
  public long timeoutMillis(Request request) {
    return task().timeoutMillis();
  }

  @Override
  public void timeout(
      String key, Request request, AsyncCall<int[]> call, Completion<Result> completion) {
    task().timeout(key, request, call, completion);
  }

  @Override
  public void control(ControlChange change, Emitter<Result> out) throws Exception {
    task().control(change, out);
  }

  @Override
  public void onTimer(
      String key, long timestamp, KeyQueue<Request, int[]> queue, Emitter<Result> out)
      throws Exception {
    task().onTimer(key, timestamp, queue);
  }

  @Override
  public void snapshot(long checkpointId, boolean savepoint) throws Exception {
    task().snapshot(checkpointId, savepoint);
  }

  @Override
  public void completed(long checkpointId) {
    task().completed(checkpointId);
  }

  @Override
  public void close() {
    if (lease != null) {
      lease.close();
    }
  }

  private InferenceTask task() {
    if (task == null) {
      throw new IllegalStateException("not open");
    }
    return task;
  }
}
