// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Whom a camera takes for its relay: whoever has a certificate of a given authority, in place of
 * those the JVM trusts; whoever has a given public key; or both at once.
 *
 * <p>A pin alone is enough: who has proved to own that key is the relay, whatever its name and
 * whoever has signed for it. So a relay on a LAN can do with a certificate of its own making.
 */
public final class RelayTrust {

  private static final int MOST_BYTES = 1 << 20;
  private static final int DIGEST_BYTES = 32;

  /** As curl writes it; with one slash as browsers did. */
  private static final Pattern PIN = Pattern.compile("sha256//?([A-Za-z0-9+/]{43}=)");

  /** What was configured and cannot be used. The message says why. */
  public static final class UnusableException extends Exception {

    private static final long serialVersionUID = 1;

    UnusableException(String message, @Nullable Exception cause) {
      super(message, cause);
    }
  }

  /** A pin that is not the presented key's. */
  static final class PinMismatchException extends CertificateException {

    private static final long serialVersionUID = 1;

    PinMismatchException(String presented) {
      super(
          "the relay's key is not the pinned one; the presented one is "
              + presented
              + " (a new certificate, or somebody in between)");
    }
  }

  private RelayTrust() {}

  /**
   * What a client needs that trusts nobody else.
   *
   * @param authorities a PEM file with one certificate or more
   * @param pin the relay's public key, {@code sha256//BASE64}
   */
  public static SSLContext context(Optional<Path> authorities, Optional<String> pin)
      throws UnusableException {
    byte[] digest = pin.isPresent() ? digest(pin.get()) : new byte[0];
    try {
      X509ExtendedTrustManager chains =
          authorities.isPresent() || pin.isEmpty()
              ? trusting(authorities.isPresent() ? store(authorities.get()) : null)
              : null;
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Judge(chains, digest)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new UnusableException("TLS cannot be set up: " + e.getMessage(), e);
    }
  }

  private static byte[] digest(String pin) throws UnusableException {
    Matcher matcher = PIN.matcher(pin);
    if (!matcher.matches()) {
      throw new UnusableException(
          "'" + pin + "' is not a pin; the relay's log has it as sha256//... at its start", null);
    }
    byte[] digest = Base64.getDecoder().decode(matcher.group(1));
    if (digest.length != DIGEST_BYTES) {
      throw new UnusableException("'" + pin + "' is not a pin of 32 bytes", null);
    }
    return digest;
  }

  private static KeyStore store(Path file) throws UnusableException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      if (Files.size(file) > MOST_BYTES) {
        throw new UnusableException(file + " has more than " + MOST_BYTES + " bytes", null);
      }
      store.load(null, null);
      Collection<? extends Certificate> all =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      int number = 0;
      for (Certificate certificate : all) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
      if (number == 0) {
        throw new UnusableException(file + " has no certificate", null);
      }
      return store;
    } catch (IOException e) {
      throw new UnusableException(file + " cannot be read: " + e, e);
    } catch (CertificateException e) {
      throw new UnusableException(
          file + " has no certificate that can be read: " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager trusting(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("no trust manager for X.509");
  }

  /** The public key's digest, as {@code --pin} wants it. */
  static String pinOf(X509Certificate certificate) throws CertificateException {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(certificate.getPublicKey().getEncoded());
      return "sha256//" + Base64.getEncoder().encodeToString(digest);
    } catch (GeneralSecurityException e) {
      throw new CertificateException(e);
    }
  }

  /**
   * Asks the JVM about chain and host name where there is somebody to ask, and looks at the key
   * itself. The host name is checked by the JVM's manager when it is given the engine.
   */
  private static final class Judge extends X509ExtendedTrustManager {

    private final @Nullable X509ExtendedTrustManager chains;
    private final byte[] pin;

    Judge(@Nullable X509ExtendedTrustManager chains, byte[] pin) {
      this.chains = chains;
      this.pin = pin;
    }

    private void judge(X509Certificate[] chain) throws CertificateException {
      if (pin.length == 0) {
        return;
      }
      chain[0].checkValidity();
      String presented = pinOf(chain[0]);
      byte[] digest = Base64.getDecoder().decode(presented.substring("sha256//".length()));
      if (!MessageDigest.isEqual(pin, digest)) {
        throw new PinMismatchException(presented);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      judge(chain);
      if (chains != null) {
        chains.checkServerTrusted(chain, authType, engine);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      judge(chain);
      if (chains != null) {
        chains.checkServerTrusted(chain, authType, socket);
      }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("not without knowing who is asked");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("an agent has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
        throws CertificateException {
      throw new CertificateException("an agent has no clients");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType)
        throws CertificateException {
      throw new CertificateException("an agent has no clients");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return chains == null ? new X509Certificate[0] : chains.getAcceptedIssuers();
    }
  }
}
