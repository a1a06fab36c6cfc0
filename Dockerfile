# syntax=docker/dockerfile:1
# The relay and the agent as images: docker build --target relay|agent. The last stage is the relay.

FROM eclipse-temurin:25-jdk-noble AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# hadolint ignore=DL3008 # the base image's own release decides the versions
RUN apt-get update \
 && apt-get install -y --no-install-recommends maven openjdk-17-jdk-headless \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY pom.xml ./
COPY relay-server relay-server
COPY jetson-agent jetson-agent
COPY native native
COPY scripts scripts
# The scripts choose the JDK; bundle makes the same release folder that is installed without Docker.
RUN --mount=type=cache,target=/root/.m2 bash -euo pipefail -c '\
      . scripts/lib.sh; . scripts/deploy/bundle.sh; \
      build relay-server jetson-agent; \
      bundle relay /out/relay "$(module_jar relay-server)" relay-server/target/libs; \
      bundle agent /out/agent "$(module_jar jetson-agent)" jetson-agent/target/libs'

FROM eclipse-temurin:25-jre-noble AS base
RUN groupadd --gid 10001 jetson-relay \
 && useradd --no-log-init --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin jetson-relay
# Numbers: an orchestrator can see that it is not root.
USER 10001:10001
WORKDIR /app
# The only place that is written to; a tmpfs when the root is read-only.
ENV CACHE_DIRECTORY=/tmp

FROM base AS agent
COPY --from=build /out/agent /app
ENTRYPOINT ["/app/bin/run"]

FROM base AS relay
COPY --from=build /out/relay /app
# Trained here and not above: the ahead-of-time cache holds on to this JVM and these paths.
USER root
RUN bash -euo pipefail -c '. /app/deploy/train.sh; \
      trainee=(env AOT_OUTPUT=/app/relay.aot /app/bin/run --host 127.0.0.1 --port 0); \
      rehearsal=(/app/bin/run rehearse --port); \
      train /tmp/training.log trainee rehearsal; \
      test -s /app/relay.aot; rm -f /tmp/training.log'
USER 10001:10001
ENV PORT=8080
EXPOSE 8080
# bash itself, since the image has no curl.
HEALTHCHECK --interval=10s --timeout=4s --start-period=15s --retries=3 \
  CMD ["/bin/bash", "/app/deploy/container-health.sh"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/bin/run"]
