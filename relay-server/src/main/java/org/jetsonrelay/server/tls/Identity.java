// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A certificate with the chain behind it, and its key. Immutable.
///
/// @param key never shown
/// @param chain the relay's own certificate first
record Identity(PrivateKey key, List<X509Certificate> chain) {

  private static final int MAX_BYTES = 1 << 20;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");

  /// Files that cannot be used. The message names file and reason, and nothing of a key.
  static final class Unusable extends Exception {

    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }

    Unusable(String message, Exception cause) {
      super(message, cause);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // read once, compared by nobody
  private record Block(String type, byte[] der) {}

  Identity {
    chain = List.copyOf(chain);
  }

  /// Reads PEM files (RFC 7468): the chain, and the key in PKCS #8 without a password.
  static Identity read(Path certificateFile, Path keyFile) throws Unusable {
    List<X509Certificate> chain = chain(certificateFile);
    PrivateKey key = key(keyFile, chain.getFirst().getPublicKey());
    try {
      if (!belong(key, chain.getFirst().getPublicKey())) {
        throw new Unusable(
            keyFile + " is not the key of the first certificate in " + certificateFile);
      }
    } catch (GeneralSecurityException e) {
      throw new Unusable(keyFile + " cannot be used: " + e.getMessage(), e);
    }
    return new Identity(key, chain);
  }

  private static List<X509Certificate> chain(Path file) throws Unusable {
    List<X509Certificate> chain = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      for (Block block : blocks(file)) {
        if (block.type().equals("CERTIFICATE")
            && factory.generateCertificate(new ByteArrayInputStream(block.der()))
                instanceof X509Certificate certificate) {
          chain.add(certificate);
        }
      }
    } catch (CertificateException e) {
      throw new Unusable(file + " has a certificate that cannot be read: " + e.getMessage(), e);
    }
    if (chain.isEmpty()) {
      throw new Unusable(file + " has no certificate: -----BEGIN CERTIFICATE----- is missing");
    }
    for (int i = 1; i < chain.size(); i++) {
      if (!chain
          .get(i - 1)
          .getIssuerX500Principal()
          .equals(chain.get(i).getSubjectX500Principal())) {
        throw new Unusable(
            file
                + ": certificate "
                + (i + 1)
                + " is not that of the one who issued the one before");
      }
    }
    return chain;
  }

  private static PrivateKey key(Path file, PublicKey publicKey) throws Unusable {
    for (Block block : blocks(file)) {
      switch (block.type()) {
        case "PRIVATE KEY" -> {
          try {
            return KeyFactory.getInstance(publicKey.getAlgorithm())
                .generatePrivate(new PKCS8EncodedKeySpec(block.der()));
          } catch (GeneralSecurityException e) {
            throw new Unusable(
                file + " has no " + publicKey.getAlgorithm() + " key, as the certificate wants", e);
          }
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY" ->
            throw new Unusable(
                file
                    + " must be PKCS #8 without a password: openssl pkcs8 -topk8 -nocrypt -in OLD"
                    + " -out NEW makes it so");
        default -> {
          // parameters of a curve, certificates: not what is looked for
        }
      }
    }
    throw new Unusable(file + " has no key: -----BEGIN PRIVATE KEY----- is missing");
  }

  private static List<Block> blocks(Path file) throws Unusable {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw new Unusable(file + " cannot be read: " + e, e);
    }
    if (bytes.length > MAX_BYTES) {
      throw new Unusable(file + " has more than " + MAX_BYTES + " bytes");
    }
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(new String(bytes, StandardCharsets.US_ASCII));
    while (matcher.find()) {
      try {
        blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
      } catch (IllegalArgumentException e) {
        throw new Unusable(file + " has a block that is not base 64", e);
      }
    }
    return blocks;
  }

  private static boolean belong(PrivateKey key, PublicKey publicKey)
      throws GeneralSecurityException {
    String algorithm =
        switch (publicKey.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> publicKey.getAlgorithm();
        };
    byte[] probe = {1, 2, 3};
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(probe);
    byte[] signed = signature.sign();
    signature.initVerify(publicKey);
    signature.update(probe);
    return signature.verify(signed);
  }

  X509Certificate certificate() {
    return chain.getFirst();
  }

  /// What an agent's `--pin` wants: the SHA-256 of the public key, as curl writes it.
  String pin() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(certificate().getPublicKey().getEncoded());
      return "sha256//" + Base64.getEncoder().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Without the key.
  @Override
  public String toString() {
    return "certificate of "
        + certificate().getSubjectX500Principal().getName()
        + ", good until "
        + certificate().getNotAfter().toInstant()
        + ", pin "
        + pin();
  }
}
