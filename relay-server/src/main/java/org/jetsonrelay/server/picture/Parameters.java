// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.webserver.http.ServerRequest;
import java.util.Optional;
import java.util.OptionalLong;

/// Reads a request's query parameters, which anybody may have written.
final class Parameters {

  /// More digits than any number of ours has.
  private static final int MAX_CHARS = 18;

  /// A parameter that is not what it must be. The message repeats nothing of it.
  static final class Unusable extends Exception {

    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }
  }

  private Parameters() {}

  /// The first value of a parameter.
  static Optional<String> text(ServerRequest request, String name) {
    return request.query().contains(name)
        ? request.query().all(name).stream().findFirst()
        : Optional.empty();
  }

  /// A whole number from 0 on.
  static OptionalLong number(ServerRequest request, String name) throws Unusable {
    Optional<String> text = text(request, name);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    String digits = text.get();
    if (digits.isEmpty()
        || digits.length() > MAX_CHARS
        || digits.chars().anyMatch(c -> c < '0' || c > '9')) {
      throw new Unusable("'" + name + "' must be a whole number, 0 or more.");
    }
    return OptionalLong.of(Long.parseLong(digits));
  }

  /// A rate above 0; infinite when there is none.
  static double rate(ServerRequest request, String name) throws Unusable {
    Optional<String> text = text(request, name);
    if (text.isEmpty()) {
      return Double.POSITIVE_INFINITY;
    }
    try {
      double rate = text.get().length() > MAX_CHARS ? Double.NaN : Double.parseDouble(text.get());
      if (rate > 0) {
        return rate;
      }
    } catch (NumberFormatException e) {
      throw (Unusable) notARate(name).initCause(e);
    }
    throw notARate(name);
  }

  private static Unusable notARate(String name) {
    return new Unusable("'" + name + "' must be a number above 0.");
  }
}
