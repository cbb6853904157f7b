package io.caudal;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Keeps the package table of the README: who may import what. */
@AnalyzeClasses(packages = "io.caudal", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule packages_depend_one_way =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("error")
          .definedBy("io.caudal.error")
          .layer("config")
          .definedBy("io.caudal.config")
          .layer("protocol")
          .definedBy("io.caudal.protocol")
          .layer("metrics")
          .definedBy("io.caudal.metrics")
          .layer("adapt")
          .definedBy("io.caudal.adapt")
          .layer("analytics")
          .definedBy("io.caudal.analytics..")
          .layer("text")
          .definedBy("io.caudal.text")
          .layer("kv")
          .definedBy("io.caudal.kv..")
          .layer("schedule")
          .definedBy("io.caudal.schedule")
          .layer("engine")
          .definedBy("io.caudal.engine", "io.caudal.engine.model", "io.caudal.engine.host")
          .layer("torch")
          .definedBy("io.caudal.engine.torch")
          .layer("stream")
          .definedBy("io.caudal.stream..")
          .layer("cli")
          .definedBy("io.caudal.cli..")
          .whereLayer("config")
          .mayOnlyAccessLayers("error")
          .whereLayer("error")
          .mayNotAccessAnyLayer()
          .whereLayer("metrics")
          .mayOnlyAccessLayers("error")
          .whereLayer("protocol")
          .mayOnlyAccessLayers("error")
          .whereLayer("adapt")
          .mayOnlyAccessLayers("metrics", "protocol", "config", "error")
          .whereLayer("analytics")
          .mayOnlyAccessLayers("adapt", "metrics", "protocol", "config", "error")
          .whereLayer("text")
          .mayOnlyAccessLayers("protocol", "error")
          .whereLayer("kv")
          .mayOnlyAccessLayers("error", "config")
          .whereLayer("schedule")
          .mayOnlyAccessLayers("kv", "error", "config")
          .whereLayer("engine")
          .mayOnlyAccessLayers("schedule", "kv", "text", "protocol", "metrics", "error", "config")
          .whereLayer("torch")
          .mayOnlyAccessLayers("engine", "kv", "error", "config")
          .whereLayer("stream")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("stream")
          .mayOnlyAccessLayers(
              "analytics",
              "adapt",
              "engine",
              "schedule",
              "kv",
              "text",
              "protocol",
              "metrics",
              "error",
              "config")
          .whereLayer("cli")
          .mayOnlyAccessLayers(
              "analytics",
              "adapt",
              "engine",
              "schedule",
              "kv",
              "text",
              "protocol",
              "metrics",
              "error",
              "config");

  @ArchTest
  static final ArchRule no_cycles = slices().matching("io.caudal.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule djl_stays_in_torch_and_text =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.caudal.engine.torch", "io.caudal.text")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule flink_stays_in_stream_and_cli =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.caudal.stream..", "io.caudal.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.flink..");

  @ArchTest
  static final ArchRule the_core_starts_no_threads =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.caudal.analytics..",
              "io.caudal.adapt",
              "io.caudal.kv..",
              "io.caudal.schedule",
              "io.caudal.engine")
          .should()
          .dependOnClassesThat()
          .haveNameMatching("java\\.lang\\.Thread|java\\.util\\.concurrent\\.Executors?");

  @ArchTest
  static final ArchRule every_package_is_null_marked =
      classes()
          .that()
          .haveSimpleName("package-info")
          .should()
          .beAnnotatedWith("org.jspecify.annotations.NullMarked");
}
