package io.caudal.stream.operator;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Calls that do what the test tells them. A result reads {@code key:n:turn}, where the turn is
 * counted in keyed state.
 */
@SuppressWarnings("NullAway.Init") // open comes first
final class ScriptedFunction implements KeyedAsyncFunction<String, Item, String, String, Integer> {

  static final OutputTag<String> PIECES = new OutputTag<>("pieces", Types.STRING);

  final transient List<ScriptedCall> started = new ArrayList<>();
  final transient List<String> controls = new ArrayList<>();
  transient boolean abandonOnCancel;
  transient long timeoutMillis;
  transient boolean closed;
  transient KeyedAsyncContext<String> context;
  private transient ValueState<Integer> turns;

  @Override
  public void open(KeyedAsyncContext<String> context) {
    this.context = context;
    turns = context.runtime().getState(new ValueStateDescriptor<>("turns", Types.INT));
  }

  /** The latest call for an input. */
  ScriptedCall call(String key, int n) {
    for (int i = started.size() - 1; i >= 0; i--) {
      if (started.get(i).item.equals(new Item(key, n))) {
        return started.get(i);
      }
    }
    throw new AssertionError(key + ":" + n + " was not started, but " + startedNames());
  }

  List<String> startedNames() {
    return started.stream().map(call -> call.item.key() + ":" + call.item.n()).toList();
  }

  @Override
  public AsyncCall<Integer> start(
      String key, Item input, List<Integer> progress, Completion<String> completion) {
    var call = new ScriptedCall(input, progress, completion);
    started.add(call);
    return call;
  }

  @Override
  public boolean overtakes(Item input) {
    return input.n() < 0;
  }

  @Override
  public void overtake(String key, Item input, KeyQueue<Item, Integer> queue, Emitter<String> out)
      throws Exception {
    for (Item item : queue.removeWaiting(-input.n(), item -> item.n() == -input.n())) {
      out.emit(key + ":" + item.n() + ":removed");
    }
    Item running = queue.runningInput();
    AsyncCall<Integer> call = queue.runningCall();
    if (running != null && call != null && running.n() == -input.n()) {
      if (abandonOnCancel) {
        queue.abandonRunning();
        out.emit(key + ":" + running.n() + ":abandoned");
      } else {
        call.cancel();
      }
    }
  }

  /** Keys of one first letter are a group; an exclamation mark is urgent. */
  @Override
  public Rank rank(Item input) {
    return new Rank(input.key().startsWith("!") ? 1 : 0, input.key().substring(0, 1));
  }

  @Override
  public int mark(Item input) {
    return input.n();
  }

  @Override
  public long timeoutMillis(Item input) {
    return timeoutMillis;
  }

  @Override
  public void timeout(
      String key, Item input, AsyncCall<Integer> call, Completion<String> completion) {
    completion.complete(out -> out.emit(key + ":" + input.n() + ":timeout"));
  }

  @Override
  public void control(String record, Emitter<String> out) {
    controls.add(record);
  }

  @Override
  public void onTimer(
      String key, long timestampMillis, KeyQueue<Item, Integer> queue, Emitter<String> out)
      throws Exception {
    out.emit(key + "@" + timestampMillis + (queue.isEmpty() ? " idle" : " busy"));
    turns.clear();
  }

  @Override
  public void close() {
    closed = true;
  }

  final class ScriptedCall implements AsyncCall<Integer> {
    final Item item;
    final List<Integer> restoredProgress;
    final Completion<String> completion;
    @Nullable Integer progress;
    boolean cancelled;

    ScriptedCall(Item item, List<Integer> restoredProgress, Completion<String> completion) {
      this.item = item;
      this.restoredProgress = restoredProgress;
      this.completion = completion;
    }

    void finish() {
      completion.complete(this::finishOnTaskThread);
    }

    private void finishOnTaskThread(Emitter<String> out) throws Exception {
      Integer before = turns.value();
      int turn = before == null ? 1 : before + 1;
      turns.update(turn);
      out.emit(item.key() + ":" + item.n() + ":" + turn);
    }

    @Override
    public @Nullable Integer snapshot() {
      Integer news = progress;
      progress = null;
      return news;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
