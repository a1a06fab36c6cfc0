// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.protocol;

import java.security.SecureRandom;
import java.time.InstantSource;

/// Makes client ids, `client_<milliseconds>_<nine base-36 digits>`. The digits carry 46 random
/// bits, so ids neither repeat nor can be guessed. Any thread may call.
public final class ClientIds {

  private static final int DIGITS = 9;
  private static final int BASE = 36;

  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  /// Ids with the time of this clock.
  public ClientIds(InstantSource clock) {
    this.clock = clock;
  }

  /// A new id.
  public String next() {
    StringBuilder id = new StringBuilder(32).append("client_").append(clock.millis()).append('_');
    for (int i = 0; i < DIGITS; i++) {
      id.append(Character.forDigit(random.nextInt(BASE), BASE));
    }
    return id.toString();
  }
}
