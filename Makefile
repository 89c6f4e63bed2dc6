# Needs make, Maven and a JDK >= 22; src/build/find-jdk finds the JDK.

PREFIX = /usr/local

MVN = src/build/with-jdk mvn -B -ntp
LOG = -Dorg.slf4j.simpleLogger
ONLY_SUREFIRE_SPEAKS = $(LOG).defaultLogLevel=warn \
	$(LOG).log.org.apache.maven.plugin.surefire=info
JAR = target/pollux.jar
BENCHMARKS = bench/target/benchmarks.jar
LAB = src/build/with-jdk java -XX:+UseSerialGC -XX:+IgnoreUnrecognizedVMOptions \
	--sun-misc-unsafe-memory-access=allow -cp $(BENCHMARKS) dev.pollux.bench.lab
SOURCES = pom.xml $(shell find src/main jextract/linux/java)

# Debian's Maven prints a stray ESC [0m, and its libraries make newer JDKs warn.
# JDK 22 does not know the last option.
export MAVEN_OPTS += -Djansi.noreset=true --enable-native-access=ALL-UNNAMED \
	-XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow

.PHONY: help build run stage install test verify acceptance open-faults simulate plant mutants fuzz aot bench \
	bench-quick bench-smoke report bench-peers soak bindings bindings-check clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

build: $(JAR) ## target/pollux.jar, without running the tests

$(JAR): $(SOURCES)
	@$(MVN) -q package -Dmaven.test.skip

$(BENCHMARKS): $(SOURCES) bench/pom.xml $(shell find bench/src)
	@$(MVN) -q -f bench/reactor.xml package -DskipTests

run: $(JAR) ## the server; pass arguments with ARGS="--port 6000"
	@exec src/build/pollux serve $(ARGS)

stage: $(JAR) ## a step of the tutorial: N=4 for the fourth, ARGS="--port 6000"; without N the list
	@exec src/build/pollux stage $(or $(N),--list) $(ARGS)

install: $(JAR) ## the program pollux, into PREFIX=/usr/local (and DESTDIR, for a package)
	@install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(PREFIX)/lib/pollux'
	@install -m 755 src/build/pollux '$(DESTDIR)$(PREFIX)/bin'
	@install -m 644 src/build/find-jdk $(JAR) '$(DESTDIR)$(PREFIX)/lib/pollux'

test: ## the tests
	@$(MVN) $(ONLY_SUREFIRE_SPEAKS) test

verify: ## everything that must hold before a commit: the tests, the jars, the benchmarks, the bindings
	@$(MVN) $(ONLY_SUREFIRE_SPEAKS) -f bench/reactor.xml verify
	@$(LAB).Lab SCOPE=smoke RESULTS=bench/target/results
	@$(MAKE) --no-print-directory bindings-check aot

acceptance: $(JAR) ## tests that take minutes, in memory groups and network namespaces of their own; as root
	@$(MVN) $(ONLY_SUREFIRE_SPEAKS) test-compile surefire:test@default-test \
		-Dgroups=acceptance -Dtest.excluded=none -Dtest.seconds=1800

open-faults: ## the tests of known faults, which fail: each is tagged open, and left out of make test
	@if grep -rqs '@Tag("open")' src/test/java; then \
		$(MVN) $(ONLY_SUREFIRE_SPEAKS) test-compile surefire:test@default-test -Dgroups=open -Dtest.excluded=none; \
	else echo "no open faults"; fi

simulate: ## the server on a simulated kernel: SEEDS=1000000 JOBS=2, or SEED=42 for one with a trace
	@$(MVN) -q test-compile
	@src/build/with-jdk java --enable-native-access=ALL-UNNAMED -ea -Ddev.pollux.checks=true \
		-cp target/test-classes:target/classes dev.pollux.simulation.Simulate \
		'SEED=$(SEED)' 'SEEDS=$(SEEDS)' 'FROM=$(FROM)' 'JOBS=$(JOBS)'

plant: ## bugs made on purpose, each of which a test must notice; FAULT='over the limit' for some
	@$(MVN) $(ONLY_SUREFIRE_SPEAKS) test -Dtest=PlantedFaults -Dtest.seconds=3600 '-Dfault=$(FAULT)'

mutants: ## PIT changes frames, pollers and the client table in every small way; CLASSES for a part of them
	@$(MVN) $(LOG).defaultLogLevel=warn -Pmutants $(if $(CLASSES),'-Dmutants=$(CLASSES)') \
		test-compile org.pitest:pitest-maven:mutationCoverage

fuzz: ## Jazzer on the framings and the command line: SECONDS=60 for each target, TARGET=line for one
	@$(MVN) -q test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz.classpath
	@src/build/with-jdk src/build/fuzz '$(or $(SECONDS),60)' '$(TARGET)'

aot: $(JAR) ## target/pollux.aot, a cache with which pollux.jar starts in less time (JDK 25)
	@src/build/with-jdk src/build/aot

bench: $(BENCHMARKS) ## JMH beside C, three quarters of an hour; B=Scan for those with it in Class.method
	@$(LAB).Lab 'B=$(B)' 'SCOPE=$(SCOPE)' 'NAME=$(NAME)'

bench-quick: $(BENCHMARKS) ## a first look at what bench measures, in five minutes
	@$(LAB).Lab SCOPE=quick 'B=$(B)' 'NAME=$(NAME)'

bench-smoke: $(BENCHMARKS) ## does every benchmark run? Two minutes, without figures that mean anything
	@$(LAB).Lab SCOPE=smoke 'B=$(B)' RESULTS=bench/target/results

report: $(BENCHMARKS) ## pages and plots of bench/results/lab-*.json; RUNS='lab-A lab-B' for one table of both
	@$(LAB).Report 'RUNS=$(RUNS)'

bench-peers: $(BENCHMARKS) ## our server beside others; QUICK=1 for a first look, ROWS='64x1,16of*', FACTOR=4
	@src/build/with-jdk java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED -cp bench/target/benchmarks.jar \
		dev.pollux.bench.peers.Peers 'QUICK=$(QUICK)' 'ROWS=$(ROWS)' 'FACTOR=$(FACTOR)' 'NAME=$(NAME)'

soak: $(BENCHMARKS) ## real peers that misbehave, for MINUTES=20: SEED=42 POLLERS=epoll,poll TROUBLES=stops
	@src/build/with-jdk java -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED \
		-cp $(BENCHMARKS) dev.pollux.bench.soak.Soak 'MINUTES=$(MINUTES)' 'SEED=$(SEED)' \
		'POLLERS=$(POLLERS)' 'TROUBLES=$(TROUBLES)' 'NAME=$(NAME)'

bindings: ## generate jextract/linux/java anew: JEXTRACT=/path/to/jextract (see jextract/README.md)
	@JEXTRACT='$(JEXTRACT)' jextract/bindings generate

bindings-check: ## compare the bindings with what jextract (if there) and the C compiler say here
	@JEXTRACT='$(JEXTRACT)' CC='$(CC)' src/build/with-jdk jextract/bindings check

clean: ## remove everything that was built
	@rm -rf target bench/target
