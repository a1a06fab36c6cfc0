// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.metrics;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jetsonrelay.server.timing.HopHistograms;

/// Everything one relay process counts since it started. Each adder is named after what it counts
/// and only ever grows.
///
/// Any thread writes, the threads that answer `/stats` and the metrics observer read. Nothing here
/// knows how the figures are published.
public final class RelayMetrics {

  private final LongAdder connections = new LongAdder();
  private final LongAdder messagesFromClients = new LongAdder();
  private final LongAdder bytesFromClients = new LongAdder();
  private final LongAdder framesIn = new LongAdder();
  private final LongAdder frameBytesIn = new LongAdder();
  private final LongAdder framesOut = new LongAdder();
  private final LongAdder frameBytesOut = new LongAdder();
  private final LongAdder announcedIn = new LongAdder();
  private final LongAdder announcedOut = new LongAdder();
  private final LongAdder announcedDropped = new LongAdder();
  private final LongAdder authorizationFailures = new LongAdder();
  private final Map<SkipCause, LongAdder> skipped = new EnumMap<>(SkipCause.class);
  private final HopHistograms hops = new HopHistograms();
  private final LabelledCounter errors = new LabelledCounter();
  private final LabelledCounter limitsMet = new LabelledCounter();
  private final LabelledCounter closes = new LabelledCounter();
  private final LabelledCounter handshakesRefused = new LabelledCounter();

  /// All at zero.
  public RelayMetrics() {
    for (SkipCause cause : SkipCause.values()) {
      skipped.put(cause, new LongAdder());
    }
  }

  /// WebSocket connections accepted.
  public LongAdder connections() {
    return connections;
  }

  /// Messages, text and binary, that clients sent: `totalMessages`.
  public LongAdder messagesFromClients() {
    return messagesFromClients;
  }

  /// Payload bytes of those messages: `totalBytes`.
  public LongAdder bytesFromClients() {
    return bytesFromClients;
  }

  /// Frames accepted from cameras.
  public LongAdder framesIn() {
    return framesIn;
  }

  /// JPEG bytes of the frames accepted.
  public LongAdder frameBytesIn() {
    return frameBytesIn;
  }

  /// Frames written to viewers.
  public LongAdder framesOut() {
    return framesOut;
  }

  /// JPEG bytes of the frames written.
  public LongAdder frameBytesOut() {
    return frameBytesOut;
  }

  /// Announced payloads (H.264, files) accepted from cameras.
  public LongAdder announcedIn() {
    return announcedIn;
  }

  /// Announced payloads written to viewers.
  public LongAdder announcedOut() {
    return announcedOut;
  }

  /// Announced payloads a viewer did not get because too many already waited for it.
  public LongAdder announcedDropped() {
    return announcedDropped;
  }

  /// Clients refused for their token, in a handshake or a message.
  public LongAdder authorizationFailures() {
    return authorizationFailures;
  }

  /// Frames replaced before they were written to a viewer, all viewers together.
  public LongAdder skipped(SkipCause cause) {
    LongAdder adder = skipped.get(cause);
    if (adder == null) {
      throw new AssertionError(cause);
    }
    return adder;
  }

  /// How long frames took, hop by hop, all cameras and viewers together.
  public HopHistograms hops() {
    return hops;
  }

  /// `error` messages sent, by their code.
  public LabelledCounter errors() {
    return errors;
  }

  /// Connections ended, by close code.
  public LabelledCounter closes() {
    return closes;
  }

  /// Limits met, by the limit's name.
  public LabelledCounter limitsMet() {
    return limitsMet;
  }

  /// Handshakes refused, by reason.
  public LabelledCounter handshakesRefused() {
    return handshakesRefused;
  }
}
