// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

/// What a camera's viewers get of it, for its publisher. The best served viewer counts: a publisher
/// that followed the worst would let one bad link spoil the picture for all.
///
/// @param viewers how many watch
/// @param deliveredFps frames a second given to the best served of them since the last time, -1
///   when none of them was there then
/// @param wantedFps the greatest rate any of them asked for; 0 when at least one set no limit, or
///   nobody watches
/// @param ageMillis the best served viewer's median time from write to acknowledgement, 0 when
///   unknown
public record Audience(int viewers, double deliveredFps, double wantedFps, long ageMillis) {

  /// Sums up viewer by viewer. For one thread.
  static final class Sum {
    private int viewers;
    private double delivered = -1;
    private double wanted;
    private long age;

    /// @param fps -1 when the viewer has come since the last time
    void add(double fps, Reception reception) {
      viewers++;
      wanted = Math.max(wanted, reception.maxFps());
      if (fps > delivered) {
        delivered = fps;
        age = Math.max(0, Math.round(reception.deliveryMillis()));
      }
    }

    Audience audience() {
      return new Audience(viewers, delivered, Double.isInfinite(wanted) ? 0 : wanted, age);
    }
  }
}
