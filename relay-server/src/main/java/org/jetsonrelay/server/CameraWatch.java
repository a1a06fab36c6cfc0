// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jetsonrelay.server.hub.CameraRow;

/// Looks once a second which cameras should stream and do not, and says when that changes.
///
/// A camera should stream while somebody watches it. It is stale when its frames have stopped
/// (`STALE_AFTER`), or when none has come for [#START_NANOS] since it was asked for some.
///
/// The timer calls [#check]; request threads read [#stale()].
final class CameraWatch {

  /// How long a camera may take to open its device and send a first frame.
  static final long START_NANOS = 10_000_000_000L;

  private static final long PERIOD_NANOS = 1_000_000_000L;

  private final LongFunction<List<CameraRow>> rows;
  private final Consumer<Change> changed;

  // Only the timer's: since when a camera has owed frames, and whether that was said.
  private final Map<String, Owing> owing = new HashMap<>();
  private long checkedNanos;
  private boolean checked;

  /// Written by the timer, read by any.
  private volatile List<String> stale = List.of();

  /// A camera has turned stale, or has come back, or was given up.
  ///
  /// @param camera its name
  /// @param stale whether it should stream and does not
  /// @param sequence of its latest frame, 0 before the first
  /// @param lastFrameAgeMillis for how long none has come, -1 when none ever came
  /// @param viewers who are waiting
  record Change(
      String camera, boolean stale, long sequence, long lastFrameAgeMillis, int viewers) {}

  private record Owing(long sinceNanos, boolean said) {}

  /// @param rows all cameras at a time
  /// @param changed told on the timer's thread; must not block
  CameraWatch(LongFunction<List<CameraRow>> rows, Consumer<Change> changed) {
    this.rows = rows;
    this.changed = changed;
  }

  /// A sentence for each stale camera.
  List<String> stale() {
    return stale;
  }

  /// To be called a few times a second.
  void check(long nowNanos) {
    if (checked && nowNanos - checkedNanos < PERIOD_NANOS) {
      return;
    }
    checked = true;
    checkedNanos = nowNanos;
    List<String> sentences = new ArrayList<>();
    Map<String, Owing> before = new HashMap<>(owing);
    owing.clear();
    for (CameraRow row : rows.apply(nowNanos)) {
      Owing known = before.remove(row.name());
      boolean owes = row.viewers() > 0 && !row.live();
      if (!owes) {
        if (known != null && known.said()) {
          changed.accept(change(row, false));
        }
        continue;
      }
      Owing now = known != null ? known : new Owing(nowNanos, false);
      boolean late = !row.demand().equals("starting") || nowNanos - now.sinceNanos() >= START_NANOS;
      if (late) {
        sentences.add(sentence(row));
        if (!now.said()) {
          changed.accept(change(row, true));
        }
      }
      owing.put(row.name(), new Owing(now.sinceNanos(), now.said() || late));
    }
    stale = List.copyOf(sentences);
  }

  private static Change change(CameraRow row, boolean stale) {
    return new Change(row.name(), stale, row.sequence(), row.lastFrameAgeMillis(), row.viewers());
  }

  private static String sentence(CameraRow row) {
    return row.lastFrameAgeMillis() < 0
        ? "camera " + row.name() + " was asked for frames and sends none"
        : "camera "
            + row.name()
            + " has sent no frame for "
            + row.lastFrameAgeMillis() / 1_000
            + " s";
  }
}
