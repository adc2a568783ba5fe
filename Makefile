# Surface.FS. `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run demo test test-native test-oidc test-api test-k8s test-shapes test-rules test-alerts test-runbook test-docs test-web test-images test-guards build aot bom native bench bench-start bench-cache fmt clean checked needs-jdk needs-maven needs-native-image bench-kit

JDK := $(shell .ci/find-jdk)
NATIVE_IMAGE := $(firstword $(wildcard $(GRAALVM_HOME)/bin/native-image) $(shell command -v native-image))
MVN := JAVA_HOME='$(JDK)' mvn -B -ntp $(MVN_ARGS)
JAR := target/quarkus-app/quarkus-run.jar
AOT := target/aot-app/app.aot
BOM := target/bom.json
BARE := target/no-metrics-app/quarkus-run.jar
BINARY := target/surface-fs
# Suites that need a server which isn't to be had here are left out, by name.
LEFT_OUT = $(addprefix ',$(addsuffix ',$(shell .ci/left-out)))
SOURCES := pom.xml $(shell find src/main .mvn -type f)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(JAR) ## set up and serve on loopback, data in SURFACE_HOME (default ./surface-data)
	@exec '$(JDK)/bin/java' -jar $(JAR) serve

demo: $(JAR) ## put and fetch the bundled samples on a server of its own
	@JAVA_HOME='$(JDK)' docs/demo.sh

test: needs-jdk needs-maven checked ## everything that judges a change: checks, unit tests, the edges against the jar
	rm -rf target/surefire-reports target/edge-reports-jvm
	$(MVN) verify $(LEFT_OUT)
	.ci/check-suites jvm

test-native: needs-jdk needs-maven $(BINARY) ## the tests of the edges against the native binary
	rm -rf target/edge-reports-native
	$(MVN) test-compile failsafe:integration-test@edges failsafe:verify@edges $(LEFT_OUT) \
	  -Dsurface.test.command=$(BINARY) -Dedge.reports=edge-reports-native
	.ci/check-suites native

test-oidc: $(JAR) ## the jar, and the native binary where it was built, with a real Keycloak as the issuer of tokens
	@JAVA_HOME='$(JDK)' MVN='mvn -B -ntp $(MVN_ARGS)' .ci/oidc

test-api: $(JAR) ## the jar, and the native binary where it was built, under requests made from the OpenAPI document, with auth on
	@JAVA_HOME='$(JDK)' .ci/api

test-k8s: ## render the Kubernetes manifests, validate them strictly, hold them to rules that prove themselves
	@.ci/k8s

test-shapes: $(JAR) ## run the shapes with the configuration that the manifests ship: S3, tokens, TLS, a sidecar, client certificates
	@JAVA_HOME='$(JDK)' .ci/shapes $(JAR)

test-rules: $(JAR) ## the dashboard, the rules and their unit tests by promtool; the program under a real Prometheus
	@JAVA_HOME='$(JDK)' .ci/rules $(JAR)

test-alerts: $(AOT) ## provoke each alert with the program under a real Prometheus, and follow its section of the runbook
	@JAVA_HOME='$(JDK)' .ci/alerts target/aot-app/quarkus-run.jar

test-runbook: $(JAR) ## rehearse backup, restore, a rotten object and the way back with the program itself
	@JAVA_HOME='$(JDK)' JAR=$(JAR) .ci/rehearse

test-docs: $(JAR) ## run the commands that README.md and docs/ give, and compare what they print
	@JAVA_HOME='$(JDK)' .ci/docs $(JAR)

test-web: $(JAR) ## the status page in a real browser (wants chromium)
	@JAVA_HOME='$(JDK)' .ci/web $(JAR)

test-images: $(AOT) $(BOM) ## build the container images and run them as a restricted pod would (wants a container engine)
	@JAVA_HOME='$(JDK)' .ci/images

test-guards: needs-jdk needs-maven ## take each wall away, one at a time; a named test must turn red
	JAVA_HOME='$(JDK)' .ci/guards

build: needs-jdk needs-maven checked ## the jar, target/quarkus-app, the same with an AOT cache, target/aot-app, and target/bom.json
	$(MVN) package -DskipTests
	@$(MAKE) --no-print-directory aot bom

bom: $(BOM) ## what the program is made of, by CycloneDX: target/bom.json
$(BOM): pom.xml .ci/bom $(JAR)
	JAVA_HOME='$(JDK)' mvn -B -ntp $(filter-out -o --offline,$(MVN_ARGS)) -q cyclonedx:makeBom # refuses to run offline, though it needs nothing that a build hasn't fetched
	@.ci/bom $(BOM) $(JAR) || { rm -f $(BOM); exit 1; }

aot: $(AOT) ## the jar with its AOT cache, for quick starts on a JVM: target/aot-app
$(AOT): $(SOURCES) | needs-jdk needs-maven
	$(MVN) -q package -DskipTests -Dquick -Dquarkus.package.jar.aot.enabled=true -Dquarkus.package.output-directory=aot-app
	JAVA='$(JDK)/bin/java' src/main/docker/train-aot.sh target/aot-app

# What it costs that reads are counted is told against a build that doesn't.
$(BARE): $(SOURCES) | needs-jdk needs-maven
	$(MVN) -q package -DskipTests -Dquick -Dquarkus.micrometer.enabled=false -Dquarkus.package.output-directory=no-metrics-app

native: needs-jdk needs-maven needs-native-image ## the native binary: target/surface-fs (wants GRAALVM_HOME or native-image)
	GRAALVM_HOME='$(NATIVE_IMAGE:/bin/native-image=)' $(MVN) package -Dnative

bench: $(JAR) $(AOT) $(BARE) ## measure against nginx, zstd and other stores; QUICK=1 asks for right answers only
	@JAVA_HOME='$(JDK)' bench/run

bench-start: $(JAR) $(AOT) ## measure start, memory and size of what was built, with their parts; QUICK=1 asks for right answers only
	@JAVA_HOME='$(JDK)' bench/start

bench-kit: $(JAR) ## measure kit export and import against tar, zstd and sha256sum
	@JAVA_HOME='$(JDK)' bench/kit

bench-cache: needs-jdk needs-maven ## memory and restart of a local cache of N objects (N=1000000)
	@JAVA_HOME='$(JDK)' bench/cache $(N)

fmt: needs-jdk needs-maven ## format the sources
	$(MVN) -q spotless:apply

clean: ## remove what was built
	rm -rf target

$(JAR): $(SOURCES) | needs-jdk needs-maven
	@echo 'building the jar (the first time this fetches the dependencies) …'
	@$(MVN) -q package -DskipTests -Dquick
	@touch $(JAR) target/unchecked

$(BINARY): $(SOURCES) | needs-jdk needs-maven
	@$(MAKE) --no-print-directory native
	@touch $(BINARY)

# What run compiled without the checks is compiled again where they count.
checked:
	@[ ! -e target/unchecked ] || rm -rf target/classes target/test-classes target/maven-status target/unchecked

needs-jdk:
	@[ -n '$(JDK)' ] || { echo 'missing: a JDK 25 or newer; set JAVA_HOME to one, or put it under /usr/lib/jvm, ~/.sdkman or /opt' >&2; exit 1; }

needs-maven:
	@command -v mvn > /dev/null || { echo 'missing: Maven (mvn on the PATH; apt install maven)' >&2; exit 1; }

needs-native-image:
	@[ -n '$(NATIVE_IMAGE)' ] || { echo 'missing: native-image; set GRAALVM_HOME to a GraalVM or Mandrel 25' >&2; exit 1; }
