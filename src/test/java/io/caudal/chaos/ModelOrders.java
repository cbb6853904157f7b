package io.caudal.chaos;

import io.caudal.chaos.model.FaultyModelFactory;
import io.caudal.chaos.model.StepFault;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** The side of {@link StepFault} that orders faults, and the jar that brings it to TaskManagers. */
final class ModelOrders {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final List<String> CLASSES =
      List.of(
          "FaultyModelFactory",
          "FaultyModelFactory$FaultyModel",
          "FaultyModelFactory$FaultyRunner",
          "StepFault");

  private final Path folder;

  /**
   * @param folder in which the TaskManagers run
   */
  ModelOrders(Path folder) {
    this.folder = folder;
  }

  /** A jar with the model that does as it is ordered. */
  static Path jar(Path file) {
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      for (String name : CLASSES) {
        add(jar, name);
      }
      jar.putNextEntry(new JarEntry("META-INF/services/io.caudal.engine.ModelRunnerFactory"));
      jar.write(FaultyModelFactory.class.getName().getBytes(StandardCharsets.UTF_8));
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void add(JarOutputStream jar, String name) throws IOException {
    try (InputStream in = StepFault.class.getResourceAsStream(name + ".class")) {
      if (in == null) {
        throw new IllegalStateException("there is no class " + name);
      }
      jar.putNextEntry(new JarEntry("io/caudal/chaos/model/" + name + ".class"));
      in.transferTo(jar);
    }
  }

  /** Orders a fault; whether a step took it in time. */
  boolean order(String fault) {
    Path file = folder.resolve(StepFault.ORDER);
    try {
      Path fresh = folder.resolve(StepFault.ORDER + ".new");
      Files.writeString(fresh, fault);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      boolean taken = Waiting.until(LIMIT, () -> !Files.exists(file));
      // Whoever is first has it: taken in this moment, or by nobody.
      return taken || !Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As {@link #order}, of a fault that holds a process; returns its id. */
  OptionalLong hold(String fault) {
    Path held = folder.resolve(StepFault.HELD);
    try {
      Files.deleteIfExists(held);
      if (!order(fault)) {
        return OptionalLong.empty();
      }
      Waiting.until(LIMIT, () -> Files.exists(held));
      Optional<String> pid = content(held);
      Files.deleteIfExists(held);
      return pid.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(pid.get()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<String> content(Path file) throws IOException {
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
