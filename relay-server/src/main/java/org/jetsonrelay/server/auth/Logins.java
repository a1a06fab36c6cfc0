// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Browsers that have shown a token once and show a random id in a cookie since. The id stands for
/// the token for a few hours: what the token may do is asked anew each time, so that revoking it
/// ends the login, too.
///
/// Any thread. Bounded: one login too many ends the oldest.
public final class Logins {

  /// The cookie's name.
  public static final String COOKIE = "relay_login";

  private static final int ID_BYTES = 32;

  private record Login(Credential credential, long endNanos) {}

  private final int max;
  private final Duration lifetime;
  private final LongSupplier nanoTime;
  private final SecureRandom random = new SecureRandom();

  // Guarded by `this`. All live equally long, so the first one is the first to end.
  private final Map<String, Login> logins = new LinkedHashMap<>();

  /// @param max how many at the same time
  /// @param lifetime of each one
  /// @param nanoTime as [System#nanoTime()]
  public Logins(int max, Duration lifetime, LongSupplier nanoTime) {
    this.max = max;
    this.lifetime = lifetime;
    this.nanoTime = nanoTime;
  }

  /// How long a login lasts.
  public Duration lifetime() {
    return lifetime;
  }

  /// Begins one and returns its id, for the cookie.
  public String begin(Credential credential) {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    long nowNanos = nanoTime.getAsLong();
    synchronized (this) {
      forgetEnded(nowNanos);
      if (logins.size() >= max) {
        Iterator<String> oldest = logins.keySet().iterator();
        oldest.next();
        oldest.remove();
      }
      logins.put(id, new Login(credential, nowNanos + lifetime.toNanos()));
    }
    return id;
  }

  /// What the login in these cookies stands for; nothing when there is none, or it has ended.
  Credential credential(@Nullable String cookies) {
    String id = id(cookies);
    if (id == null) {
      return Credential.none();
    }
    synchronized (this) {
      forgetEnded(nanoTime.getAsLong());
      Login login = logins.get(id);
      return login == null ? Credential.none() : login.credential();
    }
  }

  /// Ends the login in these cookies, if there is one.
  public synchronized void end(@Nullable String cookies) {
    String id = id(cookies);
    if (id != null) {
      logins.remove(id);
    }
  }

  synchronized int size() {
    return logins.size();
  }

  private void forgetEnded(long nowNanos) {
    Iterator<Login> all = logins.values().iterator();
    while (all.hasNext() && all.next().endNanos() - nowNanos <= 0) {
      all.remove();
    }
  }

  private static @Nullable String id(@Nullable String cookies) {
    if (cookies == null) {
      return null;
    }
    for (String cookie : cookies.split(";", -1)) {
      String pair = cookie.strip();
      if (pair.startsWith(COOKIE + "=")) {
        return pair.substring(COOKIE.length() + 1);
      }
    }
    return null;
  }
}
