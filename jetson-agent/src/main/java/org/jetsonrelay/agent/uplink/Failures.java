// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.uplink;

import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Puts what the network reports into words, and decides what it means for the next attempt. */
final class Failures {

  private static final long MOST_RETRY_AFTER_SECONDS = 30;
  private static final int MOST_REASON_CHARS = 200;

  private Failures() {}

  /** Why a handshake with {@code relay} has failed. */
  static Ending ofHandshake(URI relay, Throwable failure) {
    Throwable cause = root(failure);
    if (cause instanceof WebSocketHandshakeException handshake) {
      return ofStatus(relay, handshake.getResponse());
    }
    if (cause instanceof UnresolvedAddressException) {
      return Ending.lost("the host name in " + bare(relay) + " is not known here");
    }
    if (cause instanceof HttpConnectTimeoutException) {
      return Ending.unreachable("no answer from " + bare(relay));
    }
    if (cause instanceof HttpTimeoutException) {
      return Ending.lost("no answer from " + bare(relay));
    }
    if (cause instanceof ConnectException
        && cause.getCause() instanceof UnresolvedAddressException) {
      return Ending.lost("the host name in " + bare(relay) + " is not known here");
    }
    if (cause instanceof ConnectException) {
      return Ending.unreachable("no connection to " + bare(relay) + ": " + text(cause));
    }
    return inTls(relay, cause)
        .orElseGet(() -> Ending.lost("no connection to " + bare(relay) + ": " + text(cause)));
  }

  /** What TLS has against it. Worth another attempt: certificates are renewed. */
  private static Optional<Ending> inTls(URI relay, Throwable failure) {
    boolean tls = false;
    Throwable deepest = failure;
    // A chain of causes that leads back to its beginning would be a bug of the JVM's.
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      tls |= cause instanceof SSLException;
      deepest = cause;
      if (cause instanceof RelayTrust.PinMismatchException) {
        return Optional.of(Ending.lost(bare(relay) + ": " + text(cause)));
      }
    }
    if (!tls) {
      return Optional.empty();
    }
    boolean untrusted =
        deepest instanceof CertPathBuilderException
            || deepest instanceof CertPathValidatorException;
    return Optional.of(
        Ending.lost(
            untrusted
                ? "the certificate of "
                    + bare(relay)
                    + " is not trusted here; name its authority with --ca or its key with --pin"
                : "no TLS with " + bare(relay) + ": " + text(deepest)));
  }

  private static Ending ofStatus(URI relay, HttpResponse<?> response) {
    int status = response.statusCode();
    return switch (status) {
      case 401 -> Ending.refused("the relay asks for a token (HTTP 401)");
      case 403 -> Ending.refused("the relay does not allow this agent to publish (HTTP 403)");
      case 404 ->
          Ending.lost(
              "there is no relay at " + bare(relay) + " (HTTP 404); its path is usually /ws");
      default ->
          new Ending(
              Ending.Why.LOST,
              "the relay refuses the connection (HTTP " + status + ")",
              Duration.ofSeconds(retryAfterSeconds(response)));
    };
  }

  private static long retryAfterSeconds(HttpResponse<?> response) {
    String value = response.headers().firstValue("Retry-After").orElse("0");
    return value.matches("\\d{1,9}")
        ? Math.min(Long.parseLong(value), MOST_RETRY_AFTER_SECONDS)
        : 0;
  }

  /** What a close by the relay means. */
  static Ending ofClose(int code, String reason, Duration replacedPause) {
    String said = reason.isEmpty() ? "" : ": " + shortened(reason);
    return switch (code) {
      case 4401 -> Ending.refused("the relay does not accept the token (4401" + said + ")");
      case 4403 -> Ending.refused("the relay does not allow this camera (4403" + said + ")");
      case 4409 ->
          Ending.replaced("another agent has taken this camera's name (4409)", replacedPause);
      case 1001 -> Ending.lost("the relay is going away (1001" + said + ")");
      default -> Ending.lost("the relay has closed the connection (" + code + said + ")");
    };
  }

  /** What an error message of the relay means; null when the connection can go on. */
  static @Nullable Ending ofError(String code, String message, Duration replacedPause) {
    return switch (code) {
      case "unauthorized" ->
          Ending.refused("the relay does not accept the token: " + shortened(message));
      case "name_taken" ->
          Ending.replaced("the camera's name is taken: " + shortened(message), replacedPause);
      default -> null;
    };
  }

  /** Without query and user, which may hold secrets. */
  static String bare(URI relay) {
    return relay.getScheme()
        + "://"
        + relay.getHost()
        + (relay.getPort() < 0 ? "" : ":" + relay.getPort())
        + relay.getPath();
  }

  static String text(Throwable failure) {
    Throwable cause = root(failure);
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : shortened(message);
  }

  /** A stranger's words, made fit for one line of log. */
  static String shortened(String words) {
    StringBuilder line = new StringBuilder();
    words
        .codePoints()
        .limit(MOST_REASON_CHARS)
        .forEach(point -> line.appendCodePoint(Character.isISOControl(point) ? ' ' : point));
    return line.toString();
  }

  private static Throwable root(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? root(cause) : failure;
  }
}
