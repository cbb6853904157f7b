package io.caudal.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.caudal.error.CaudalException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
  private final Path temp;

  RunFolderTest(@TempDir Path temp) {
    this.temp = temp;
  }

  @Test
  void a_temporary_folder_is_deleted_with_all_in_it() throws IOException {
    RunFolder folder = RunFolder.temporary();
    Files.createDirectories(folder.resolve("kafka/deep/er"));
    Files.writeString(folder.resolve("kafka/deep/file"), "x");
    folder.close();
    assertThat(folder.path()).doesNotExist();
  }

  @Test
  void a_kept_one_stays() throws IOException {
    RunFolder folder = RunFolder.temporary();
    folder.keep();
    folder.close();
    assertThat(folder.keepFile()).exists();
    RunFolder.delete(folder.path());
  }

  @Test
  void a_named_one_stays_and_forgets_that_it_was_kept() {
    RunFolder.at(temp.resolve("home")).keep();
    RunFolder again = RunFolder.at(temp.resolve("home"));
    again.close();
    assertThat(again.path()).isDirectory();
    assertThat(again.keepFile()).doesNotExist();
  }

  @Test
  void the_newest_complete_checkpoint_or_savepoint_is_found() throws IOException {
    RunFolder folder = RunFolder.at(temp);
    assertThat(folder.newestSnapshot()).isEmpty();
    checkpoint("job1/chk-9", 1_000);
    Path newest = checkpoint("job2/chk-3", 2_000);
    Files.createDirectories(folder.resolve("checkpoints/job2/chk-4"));
    assertThat(folder.newestSnapshot()).contains(newest);
    Path savepoint = metadata("savepoints/savepoint-1", 3_000);
    assertThat(folder.newestSnapshot()).contains(savepoint);
  }

  @Test
  void where_nothing_can_be_written_the_message_names_the_cure() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "");
    assertThatThrownBy(() -> RunFolder.at(file.resolve("home")))
        .isInstanceOf(CaudalException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("set CAUDAL_HOME");
  }

  private Path checkpoint(String name, long modified) throws IOException {
    return metadata("checkpoints/" + name, modified);
  }

  private Path metadata(String name, long modified) throws IOException {
    Path folder = Files.createDirectories(temp.resolve(name));
    Path metadata = Files.writeString(folder.resolve("_metadata"), "");
    Files.setLastModifiedTime(metadata, FileTime.fromMillis(modified));
    return folder;
  }
}
