// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A relay with a certificate of a private authority, and agents that trust it, or not. */
@Timeout(120)
class RelayTrustTest {

  private static final String PASSWORD = "changeit";

  @TempDir static Path directory;

  private static Path authority;
  private static Path stranger;
  private static SSLContext relay;
  private static SSLContext elsewhere;
  private static String pin;
  private static String elsewheresPin;

  @BeforeAll
  static void makeCertificates()
      throws IOException, InterruptedException, GeneralSecurityException {
    authority = authority("authority");
    stranger = authority("stranger");
    relay = issue("relay", "san=ip:127.0.0.1");
    pin = pin("relay");
    elsewhere = issue("elsewhere", "san=dns:elsewhere.example");
    elsewheresPin = pin("elsewhere");
  }

  private static void keytool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storepass", PASSWORD));
    Path log = directory.resolve("keytool.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as(Files.readString(log)).isZero();
  }

  private static String store(String name) {
    return directory.resolve(name + ".p12").toString();
  }

  private static Path file(String name) {
    return directory.resolve(name);
  }

  private static Path authority(String name) throws IOException, InterruptedException {
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        "bc:c",
        "-storetype",
        "PKCS12",
        "-keystore",
        store(name));
    Path pem = file(name + ".pem");
    keytool(
        "-exportcert", "-alias", name, "-rfc", "-file", pem.toString(), "-keystore", store(name));
    return pem;
  }

  /** A certificate that the authority has signed, for use by a server. */
  private static SSLContext issue(String name, String names)
      throws IOException, InterruptedException, GeneralSecurityException {
    String request = file(name + ".csr").toString();
    String certificate = file(name + ".pem").toString();
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-storetype",
        "PKCS12",
        "-keystore",
        store(name));
    keytool("-certreq", "-alias", name, "-file", request, "-keystore", store(name));
    keytool(
        "-gencert",
        "-alias",
        "authority",
        "-infile",
        request,
        "-outfile",
        certificate,
        "-rfc",
        "-ext",
        names,
        "-keystore",
        store("authority"));
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "authority",
        "-file",
        authority.toString(),
        "-keystore",
        store(name));
    keytool("-importcert", "-alias", name, "-file", certificate, "-keystore", store(name));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(load(name), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  private static KeyStore load(String name) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(store(name)))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static String pin(String name) throws IOException, GeneralSecurityException {
    return RelayTrust.pinOf((X509Certificate) load(name).getCertificate(name));
  }

  /** What becomes of a handshake: nothing when it succeeds. */
  private static Optional<String> attempt(
      SSLContext server, Optional<Path> authorities, Optional<String> pinned)
      throws IOException, RelayTrust.UnusableException {
    try (TestRelay listening = new TestRelay(server)) {
      HttpClient client =
          HttpClient.newBuilder().sslContext(RelayTrust.context(authorities, pinned)).build();
      try {
        client
            .newWebSocketBuilder()
            .connectTimeout(Duration.ofSeconds(20))
            .buildAsync(listening.uri(), new WebSocket.Listener() {})
            .join()
            .abort();
        return Optional.empty();
      } catch (CompletionException e) {
        Ending ending = Failures.ofHandshake(listening.uri(), e);
        // A certificate can be renewed: worth another attempt.
        assertThat(ending.why()).isEqualTo(Ending.Why.LOST);
        return Optional.of(ending.text());
      }
    }
  }

  @Test
  void aRelayOfTheOwnAuthorityIsTrusted() throws Exception {
    assertThat(attempt(relay, Optional.of(authority), Optional.empty())).isEmpty();
    assertThat(attempt(relay, Optional.of(authority), Optional.of(pin))).isEmpty();
  }

  @Test
  void aRelayOfAnotherAuthorityIsNot() throws Exception {
    assertThat(attempt(relay, Optional.of(stranger), Optional.empty()))
        .hasValueSatisfying(
            text -> assertThat(text).contains("is not trusted here").contains("--ca"));
    // The right key does not help against the wrong authority, where both are asked for.
    assertThat(attempt(relay, Optional.of(stranger), Optional.of(pin))).isPresent();
    assertThat(attempt(relay, Optional.empty(), Optional.empty())).isPresent();
  }

  @Test
  void aNameThatIsNotTheRelaysIsRefused() throws Exception {
    assertThat(attempt(elsewhere, Optional.of(authority), Optional.empty()))
        .hasValueSatisfying(text -> assertThat(text).contains("no TLS with wss://127.0.0.1"));
  }

  @Test
  void thePinnedKeyIsEnoughByItself() throws Exception {
    assertThat(attempt(relay, Optional.empty(), Optional.of(pin))).isEmpty();
    assertThat(attempt(relay, Optional.empty(), Optional.of(pin.replaceFirst("//", "/"))))
        .isEmpty();
    assertThat(attempt(elsewhere, Optional.empty(), Optional.of(elsewheresPin))).isEmpty();
  }

  @Test
  void anotherKeyThanThePinnedOneIsRefusedAndNamed() throws Exception {
    assertThat(attempt(relay, Optional.empty(), Optional.of(elsewheresPin)))
        .hasValueSatisfying(
            text -> assertThat(text).contains("is not the pinned one").contains(pin));
    assertThat(attempt(relay, Optional.of(authority), Optional.of(elsewheresPin))).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sha256//AAAA", "md5//AAAA", "AAAA", "sha256//!"})
  void aPinThatIsNoneIsRefusedAtStart(String wrong) {
    assertThatThrownBy(() -> RelayTrust.context(Optional.empty(), Optional.of(wrong)))
        .isInstanceOf(RelayTrust.UnusableException.class)
        .hasMessageContaining("is not a pin");
  }

  @Test
  void anAuthorityFileThatIsNoneIsRefusedAtStart() throws IOException {
    Path empty = Files.createFile(directory.resolve("empty.pem"));
    Path garbage =
        Files.writeString(directory.resolve("garbage.pem"), "-----BEGIN CERTIFICATE-----");
    for (Path wrong : List.of(empty, garbage, directory.resolve("missing.pem"))) {
      assertThatThrownBy(() -> RelayTrust.context(Optional.of(wrong), Optional.empty()))
          .isInstanceOf(RelayTrust.UnusableException.class)
          .hasMessageContaining(wrong.getFileName().toString());
    }
  }
}
