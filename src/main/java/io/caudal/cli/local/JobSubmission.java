package io.caudal.cli.local;

import io.caudal.error.CaudalException;
import io.caudal.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.flink.client.deployment.StandaloneClusterId;
import org.apache.flink.client.program.PackagedProgram;
import org.apache.flink.client.program.PackagedProgramUtils;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;

/** Hands a job's jar to a cluster, as {@code flink run --detached} does. */
final class JobSubmission {
  private JobSubmission() {}

  /**
   * @param settings handed to the job's main class as {@code --key value}
   * @param restoreFrom a checkpoint or savepoint to start from; empty to start afresh
   * @return the job's id
   * @throws CaudalException {@code CLUSTER_FAILED}, or what the job's main class threw
   */
  static String submit(
      Path jar,
      Configuration configuration,
      Map<String, String> settings,
      Optional<Path> restoreFrom) {
    List<String> arguments = new ArrayList<>();
    settings.forEach(
        (key, value) -> {
          arguments.add("--" + key);
          arguments.add(value);
        });
    // This JVM has the job jar's connector and Kafka client too, and uses the latter itself: two
    // copies of one class would not go together. The cluster keeps to its own order.
    Configuration here = new Configuration(configuration);
    here.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    try (PackagedProgram program =
            PackagedProgram.newBuilder()
                .setJarFile(jar.toFile())
                .setConfiguration(here)
                .setArguments(arguments.toArray(String[]::new))
                .setSavepointRestoreSettings(
                    restoreFrom
                        .map(path -> SavepointRestoreSettings.forPath(path.toUri().toString()))
                        .orElse(SavepointRestoreSettings.none()))
                .build();
        RestClusterClient<StandaloneClusterId> client =
            new RestClusterClient<>(configuration, StandaloneClusterId.getInstance())) {
      JobGraph graph =
          PackagedProgramUtils.createJobGraph(
              program, configuration, configuration.get(CoreOptions.DEFAULT_PARALLELISM), true);
      return client.submitJob(graph).get(60, TimeUnit.SECONDS).toHexString();
    } catch (ProgramInvocationException e) {
      throw refused(jar, e.getCause() == null ? e : e.getCause());
    } catch (ExecutionException e) {
      throw refused(jar, e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException e) {
      throw refused(jar, new TimeoutException("no answer within 60 s"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refused(jar, e);
    } catch (Exception e) {
      throw refused(jar, e);
    }
  }

  private static CaudalException refused(Path jar, Throwable cause) {
    for (Throwable t = cause; t != null; t = t.getCause()) {
      if (t instanceof CaudalException ours) {
        return ours;
      }
    }
    return new CaudalException(
        ErrorCode.CLUSTER_FAILED, "cannot submit " + jar.getFileName() + ": " + cause, cause);
  }
}
