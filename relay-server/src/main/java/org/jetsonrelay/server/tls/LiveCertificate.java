// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.tls;

import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// The certificate that TLS handshakes take, and its successors: whoever shakes hands after a
/// [#reload] gets the new one, and connections that are open stay.
///
/// One thread reloads; handshakes ask on their connections' threads. A handshake that began with
/// one certificate is finished with it: its name says which one it is.
public final class LiveCertificate {

  private static final System.Logger LOG = System.getLogger(LiveCertificate.class.getName());

  /// The one in use, and the one before for handshakes that have begun with it.
  private record State(long number, Identity now, @Nullable Identity before) {}

  private final Path certificateFile;
  private final Path keyFile;
  private final InstantSource clock;
  private final AtomicReference<State> state;

  /// Reads the files for the first time.
  ///
  /// @param certificateFile PEM, the relay's own certificate first, then that of its issuer
  /// @param keyFile PEM, PKCS #8
  /// @throws IllegalArgumentException when they cannot be used, naming file and reason
  public LiveCertificate(Path certificateFile, Path keyFile, InstantSource clock) {
    this.certificateFile = certificateFile;
    this.keyFile = keyFile;
    this.clock = clock;
    try {
      state = new AtomicReference<>(new State(0, Identity.read(certificateFile, keyFile), null));
    } catch (Identity.Unusable e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /// The files it is read from.
  public List<Path> files() {
    return List.of(certificateFile, keyFile);
  }

  /// Says what is in use.
  public void announce() {
    Identity identity = state.get().now();
    boolean over = identity.certificate().getNotAfter().toInstant().isBefore(clock.instant());
    LOG.log(
        over ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
        "TLS with the {0}{1}",
        identity,
        over ? ": it has expired, and nobody will take it" : "");
  }

  /// Reads the files again. Files that cannot be used, or that are only half written, change
  /// nothing, and the log says why.
  public void reload() {
    try {
      Identity fresh = Identity.read(certificateFile, keyFile);
      state.updateAndGet(old -> new State(old.number() + 1, fresh, old.now()));
      announce();
    } catch (Identity.Unusable e) {
      LOG.log(
          System.Logger.Level.ERROR,
          "{0}; the certificate from before stays in use",
          e.getMessage());
    }
  }

  /// A context for the server's side whose handshakes take the certificate of their moment.
  public SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      // No client shows a certificate here, so none is ever trusted.
      context.init(new KeyManager[] {new Keys()}, new TrustManager[0], null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  private @Nullable Identity named(@Nullable String alias) {
    State current = state.get();
    if (Long.toString(current.number()).equals(alias)) {
      return current.now();
    }
    return Long.toString(current.number() - 1).equals(alias) ? current.before() : null;
  }

  /// What the TLS engine asks. Aliases are the numbers of the states.
  @SuppressWarnings(
      "NullAway") // the engine's contract, which is not annotated, wants null for none
  private final class Keys extends X509ExtendedKeyManager {

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
      return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public String chooseEngineServerAlias(
        String keyType, Principal[] issuers, @Nullable SSLEngine engine) {
      State current = state.get();
      boolean fits =
          current.now().certificate().getPublicKey().getAlgorithm().equalsIgnoreCase(keyType);
      return fits ? Long.toString(current.number()) : null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
      String alias = chooseEngineServerAlias(keyType, issuers, null);
      return alias == null ? null : new String[] {alias};
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      Identity identity = named(alias);
      return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      Identity identity = named(alias);
      return identity == null ? null : identity.key();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
      return null;
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
      return null;
    }
  }
}
