// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jetsonrelay.server.TestCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void readsKeysOfEachKind(String algorithm)
      throws IOException, GeneralSecurityException, InterruptedException, Identity.Unusable {
    TestCertificate made = TestCertificate.create(directory, "one", "-keyalg", algorithm);
    Identity identity = Identity.read(made.certificate(), made.key());
    assertThat(identity.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=one");
    assertThat(identity.pin()).matches("sha256//[A-Za-z0-9+/]{43}=");
    assertThat(identity.toString()).contains("CN=one").contains(identity.pin());
  }

  @Test
  void saysWhatIsWrongWithTheFiles()
      throws IOException, GeneralSecurityException, InterruptedException {
    TestCertificate one = TestCertificate.create(directory, "one");
    TestCertificate other = TestCertificate.create(directory, "other");
    expect(one.certificate(), other.key(), "is not the key of the first certificate");
    expect(one.key(), one.key(), "has no certificate");
    expect(one.certificate(), one.certificate(), "has no key");
    expect(directory.resolve("missing"), one.key(), "missing cannot be read");
    Path old = directory.resolve("old.key");
    Files.writeString(old, Files.readString(one.key()).replace("PRIVATE", "EC PRIVATE"));
    expect(one.certificate(), old, "openssl pkcs8 -topk8");
    Path mixed = directory.resolve("mixed.pem");
    Files.writeString(
        mixed, Files.readString(one.certificate()) + Files.readString(other.certificate()));
    expect(mixed, one.key(), "certificate 2 is not that of the one who issued the one before");
    Path large = Files.write(directory.resolve("large.pem"), new byte[(1 << 20) + 1]);
    expect(large, one.key(), "more than 1048576 bytes");
  }

  private static void expect(Path certificate, Path key, String problem) {
    assertThatThrownBy(() -> Identity.read(certificate, key))
        .isInstanceOf(Identity.Unusable.class)
        .hasMessageContaining(problem);
  }
}
