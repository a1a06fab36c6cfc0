// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nats.client.NKey;
import io.nats.client.support.JwtUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How a relay logs in to NATS, and that it does not when it should not.
class ClusterLoginTest {

  private static final String PASSWORD = "changeit";
  private static final String LOGGER = "org.jetsonrelay.server.cluster.NatsLink";

  @TempDir private Path directory;

  private static boolean connected(TestRelay relay) {
    return relay.stats().objectValue("cluster").orElseThrow().booleanValue("connected", false);
  }

  private static void expectConnection(TestRelay relay) {
    await("connected").atMost(20, SECONDS).until(() -> connected(relay));
  }

  /// It says why, once for each connection, and never what the secret is.
  private static void expectRefusal(TestRelay relay, LogLines log, String why) {
    await("a reason").atMost(20, SECONDS).until(() -> log.lines().size() >= 3);
    assertThat(connected(relay)).isFalse();
    assertThat(log.lines())
        .hasSize(3)
        .allSatisfy(line -> assertThat(line).contains("cannot connect", why))
        .noneSatisfy(line -> assertThat(line).contains("s3cret"));
    assertThat(relay.get("/health").statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "'user: robots, password: s3cret', NATS_USER, robots, NATS_PASSWORD, s3cret",
    "'token: s3cret', NATS_TOKEN, s3cret, NATS_USER, ''",
  })
  void logsInWithWhatItWasGiven(
      String authorization, String key1, String value1, String key2, String value2) {
    try (NatsServer nats = NatsServer.start("authorization: {" + authorization + "}")) {
      try (TestRelay relay =
          TestRelay.start("NATS_URL", nats.url(), "NODE_NAME", "a", key1, value1, key2, value2)) {
        expectConnection(relay);
      }
      try (LogLines log = new LogLines(LOGGER, Level.WARNING);
          TestRelay relay =
              TestRelay.start(
                  "NATS_URL", nats.url(), "NODE_NAME", "a", key1, "s3cret?", key2, "s3cret?")) {
        expectRefusal(relay, log, "login refused");
      }
    }
  }

  @Test
  void startsWithoutAServerAndFindsItLater() {
    try (NatsServer nats = NatsServer.start()) {
      nats.kill();
      try (TestRelay relay = TestRelay.start("NATS_URL", nats.url(), "NODE_NAME", "a")) {
        assertThat(relay.get("/health").statusCode()).isEqualTo(200);
        assertThat(connected(relay)).isFalse();
        nats.restart();
        expectConnection(relay);
      }
    }
  }

  @Test
  void trustsOnlyTheCertificateOfTheHostItWasGiven()
      throws IOException, GeneralSecurityException, InterruptedException {
    Certificate right = certificate("right", "ip:127.0.0.1");
    Certificate other = certificate("other", "dns:elsewhere.example");
    try (NatsServer nats = NatsServer.start(right.tls())) {
      try (TestRelay relay = tls(nats, right)) {
        expectConnection(relay);
      }
      try (LogLines log = new LogLines(LOGGER, Level.WARNING);
          TestRelay relay = tls(nats, other)) {
        expectRefusal(relay, log, "");
      }
    }
    // Trusted, but made for another host.
    try (NatsServer nats = NatsServer.start(other.tls());
        LogLines log = new LogLines(LOGGER, Level.WARNING);
        TestRelay relay = tls(nats, other)) {
      expectRefusal(relay, log, "127.0.0.1");
    }
  }

  private static TestRelay tls(NatsServer nats, Certificate trusted) {
    return TestRelay.start(
        "NATS_URL",
        nats.url().replace("nats://", "tls://"),
        "NODE_NAME",
        "a",
        "NATS_CA",
        trusted.certificate.toString());
  }

  private record Certificate(Path certificate, Path key) {
    String tls() {
      return "tls: {cert_file: \"%s\", key_file: \"%s\"}".formatted(certificate, key);
    }
  }

  private Certificate certificate(String name, String subject)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path store = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=" + subject,
                    "-alias",
                    name,
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return new Certificate(
        pem(name + ".crt", "CERTIFICATE", keys.getCertificate(name).getEncoded()),
        pem(name + ".key", "PRIVATE KEY", keys.getKey(name, PASSWORD.toCharArray()).getEncoded()));
  }

  private Path pem(String file, String kind, byte[] content) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return Files.writeString(
        directory.resolve(file),
        "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, text));
  }

  /// The way of NATS' own account tools: the operator signs the account, the account its user.
  @Test
  void logsInWithACredentialsFile() throws IOException, GeneralSecurityException {
    NKey operator = NKey.createOperator(null);
    NKey account = NKey.createAccount(null);
    NKey user = NKey.createUser(null);
    String accountId = new String(account.getPublicKey());
    String limits =
        "\"limits\":{\"subs\":-1,\"conn\":-1,\"leaf\":-1,\"imports\":-1,\"exports\":-1,"
            + "\"data\":-1,\"payload\":-1,\"wildcards\":true},";
    Path operatorJwt =
        Files.writeString(
            directory.resolve("operator.jwt"),
            jwt(operator, new String(operator.getPublicKey()), "operator", ""));
    Path credentials =
        Files.writeString(
            directory.resolve("relay.creds"),
            """
            -----BEGIN NATS USER JWT-----
            %s
            ------END NATS USER JWT------

            -----BEGIN USER NKEY SEED-----
            %s
            ------END USER NKEY SEED------
            """
                .formatted(
                    JwtUtils.issueUserJWT(account, accountId, new String(user.getPublicKey())),
                    new String(user.getSeed())));
    try (NatsServer nats =
        NatsServer.start(
            "operator: \"" + operatorJwt + '"',
            "resolver: MEMORY",
            "resolver_preload: {"
                + accountId
                + ": \""
                + jwt(operator, accountId, "account", limits)
                + "\"}")) {
      try (TestRelay relay =
          TestRelay.start(
              "NATS_URL",
              nats.url(),
              "NODE_NAME",
              "a",
              "NATS_CREDENTIALS",
              credentials.toString())) {
        expectConnection(relay);
      }
      try (LogLines log = new LogLines(LOGGER, Level.WARNING);
          TestRelay relay = TestRelay.start("NATS_URL", nats.url(), "NODE_NAME", "a")) {
        expectRefusal(relay, log, "login refused");
      }
    }
  }

  private static String jwt(NKey issuer, String subject, String type, String more)
      throws IOException, GeneralSecurityException {
    String header = "{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}";
    String claims =
        "{\"jti\":\"1\",\"iat\":%d,\"iss\":\"%s\",\"name\":\"test\",\"sub\":\"%s\",\"nats\":{%s\"type\":\"%s\",\"version\":2}}"
            .formatted(
                System.currentTimeMillis() / 1_000,
                new String(issuer.getPublicKey()),
                subject,
                more,
                type);
    String signed = base64(header) + '.' + base64(claims);
    return signed
        + '.'
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(issuer.sign(signed.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String base64(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
