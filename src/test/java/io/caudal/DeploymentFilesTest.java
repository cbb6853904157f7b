package io.caudal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What can be said of the files for containers without running them. */
class DeploymentFilesTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
  private static final Pattern COPY = Pattern.compile("(?m)^COPY (--from=build )?(\\S+) \\S+$");
  private static final String JOB_JAR = "/opt/flink/usrlib/caudal-job.jar";

  private final String pom = read("pom.xml");
  private final String dockerfile = read("docker/Dockerfile");
  private final JsonNode compose = yaml("docker/compose.yaml");
  private final JsonNode deployment = yaml("jobs/flinkdeployment.yaml");

  @Test
  void versions_are_those_of_the_build() {
    String flink = property("flink.version");
    assertThat(dockerfile).contains("FROM flink:" + flink + "-java17\n");
    String minor = flink.substring(0, flink.lastIndexOf('.'));
    assertThat(deployment.at("/spec/flinkVersion").asText())
        .isEqualTo("v" + minor.replace('.', '_'));
    String kafka = "apache/kafka:" + property("kafka.version");
    assertThat(compose.at("/services/kafka/image").asText()).isEqualTo(kafka);
    assertThat(compose.at("/services/topics/image").asText()).isEqualTo(kafka);
  }

  @Test
  void the_image_copies_what_is_there() {
    List<MatchResult> copies = COPY.matcher(dockerfile).results().toList();
    assertThat(copies).hasSize(6);
    for (MatchResult copy : copies) {
      String from = copy.group(2);
      if (copy.group(1) == null) {
        assertThat(Path.of(from)).exists();
      } else {
        String made = from.replace("/caudal/target", "${project.build.directory}");
        assertThat(pom).contains(">" + made.replaceAll("/$", "") + "<");
      }
    }
  }

  @Test
  void the_job_is_where_its_submitters_look() throws ClassNotFoundException {
    assertThat(dockerfile).contains("target/caudal-job.jar " + JOB_JAR);
    assertThat(compose.at("/services/submit/command").valueStream().map(JsonNode::asText))
        .contains(JOB_JAR);
    assertThat(deployment.at("/spec/job/jarURI").asText()).isEqualTo("local://" + JOB_JAR);
    String mainClass = deployment.at("/spec/job/entryClass").asText();
    assertThat(Class.forName(mainClass)).hasDeclaredMethods("main");
  }

  @Test
  void flink_may_reflect_on_what_the_build_opens() {
    String opens = String.join(" ", property("add-opens").trim().split("\\s+"));
    assertThat(yaml("flink-conf/config.yaml").path("env.java.opts.all").asText()).isEqualTo(opens);
    assertThat(deployment.at("/spec/flinkConfiguration").path("env.java.opts.all").asText())
        .isEqualTo(opens);
  }

  private String property(String name) {
    Pattern element = Pattern.compile("(?s)<" + Pattern.quote(name) + ">(.*?)</");
    return element.matcher(pom).results().findFirst().orElseThrow().group(1);
  }

  private static JsonNode yaml(String file) {
    try {
      return YAML.readTree(read(file));
    } catch (IOException e) {
      throw new AssertionError(file + " does not parse", e);
    }
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new AssertionError("no " + file, e);
    }
  }
}
