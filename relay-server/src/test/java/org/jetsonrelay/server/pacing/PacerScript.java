// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.pacing;

/// What a [Pacer] was told and what it answered, a line each: the agent's twin of the pacer must
/// give the same answers to the same script.
///
/// A line is `kind time argument = answer | estimates`, times in nanoseconds; the estimates only
/// where they are not those of the line before.
final class PacerScript {

  private final StringBuilder lines = new StringBuilder();
  private String last = "";

  PacerScript(PacerSettings settings, long firstPing) {
    lines.append("# ").append(settings).append('\n');
    lines.append("first ").append(firstPing).append('\n');
  }

  void gate(Pacer pacer, long nowNanos, long wait) {
    line(pacer, "gate", nowNanos, 0, wait + " " + pacer.waiting());
  }

  void send(Pacer pacer, long nowNanos, int bytes, long ping) {
    line(pacer, "send", nowNanos, bytes, Long.toString(ping));
  }

  void pong(Pacer pacer, long nowNanos, long payload, boolean news) {
    line(pacer, "pong", nowNanos, payload, Boolean.toString(news));
  }

  private void line(Pacer pacer, String kind, long nowNanos, long argument, String answer) {
    lines.append(kind).append(' ').append(nowNanos).append(' ').append(argument);
    lines.append(" = ").append(answer);
    String estimates = estimates(pacer, nowNanos);
    if (!estimates.equals(last)) {
      lines.append(" | ").append(estimates);
      last = estimates;
    }
    lines.append('\n');
  }

  private static String estimates(Pacer pacer, long nowNanos) {
    return pacer.roundTripNanos()
        + " "
        + Math.round(pacer.linkBitsPerSecond())
        + " "
        + pacer.inFlight(nowNanos)
        + " "
        + pacer.deliveryNanos()
        + " "
        + pacer.fellBack();
  }

  @Override
  public String toString() {
    return lines.toString();
  }
}
