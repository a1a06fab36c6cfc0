// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.upstream;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jetsonrelay.server.protocol.RelayMessage;
import org.jetsonrelay.server.protocol.RelayMessages;
import org.jetsonrelay.server.remote.RemoteCamera;
import org.jspecify.annotations.Nullable;

/// What arrives on one connection to the relay above: puts messages together, leaves the newest
/// list of cameras for the link's thread and each frame in its camera's slot.
///
/// Threads of the WebSocket client call it, one at a time, each call after the one before; none of
/// them waits for anything.
final class Reception implements WebSocket.Listener {

  private final UpstreamSettings settings;
  private final Function<String, @Nullable RemoteCamera> cameras;
  private final UpstreamCounts counts;
  private final Runnable wake;

  /// The newest list that was not taken yet: put by the client's threads, taken by the link's.
  private final AtomicReference<RelayMessage.@Nullable Cameras> list = new AtomicReference<>();

  // Only the client's threads', one after the other.
  private final StringBuilder text = new StringBuilder();
  private RelayMessage.@Nullable FrameFollows expected;
  private byte[] frame = {};
  private int filled;

  /// Written by the client's threads, read by the link's: when something came last.
  private volatile long heardNanos = System.nanoTime();

  /// Written by the client's threads, read by the link's: why it is over; empty while it is not.
  private volatile String end = "";

  Reception(
      UpstreamSettings settings,
      Function<String, @Nullable RemoteCamera> cameras,
      UpstreamCounts counts,
      Runnable wake) {
    this.settings = settings;
    this.cameras = cameras;
    this.counts = counts;
    this.wake = wake;
  }

  RelayMessage.@Nullable Cameras takeList() {
    return list.getAndSet(null);
  }

  long heardNanos() {
    return heardNanos;
  }

  /// Why it is over; empty while it is not.
  String end() {
    return end;
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
    heardNanos = System.nanoTime();
    if (text.length() + data.length() > settings.maxTextBytes()) {
      return over(socket, "it sent a text of more than " + settings.maxTextBytes() + " bytes");
    }
    text.append(data);
    if (last) {
      byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
      text.setLength(0);
      switch (RelayMessages.parse(utf8)) {
        case RelayMessage.Cameras cameraList -> {
          list.set(cameraList);
          wake.run();
        }
        case RelayMessage.FrameFollows follows -> {
          if (follows.size() > settings.maxFrameBytes()) {
            return over(socket, "it sent a frame of " + follows.size() + " bytes");
          }
          expected = follows;
        }
        case RelayMessage.Other() -> {}
        case RelayMessage.Malformed(String why) -> {
          return over(socket, "what it sent is no message: " + why);
        }
      }
    }
    socket.request(1);
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
    heardNanos = System.nanoTime();
    RelayMessage.FrameFollows follows = expected;
    int part = data.remaining();
    if (follows == null) {
      // What belongs to a camera's H.264 does not come: it was not asked for by name. Ignored.
      socket.request(1);
      return null;
    }
    if (part > follows.size() - filled || (last && part < follows.size() - filled)) {
      return over(socket, "a frame was not as long as announced");
    }
    // Memory for what has really arrived, doubled as it comes.
    if (frame.length < filled + part) {
      byte[] longer = new byte[Math.min(follows.size(), Math.max(filled + part, frame.length * 2))];
      System.arraycopy(frame, 0, longer, 0, filled);
      frame = longer;
    }
    data.get(frame, filled, part);
    filled += part;
    if (last) {
      arrived(follows, frame.length == filled ? frame : Arrays.copyOf(frame, filled));
      expected = null;
      frame = new byte[0];
      filled = 0;
    }
    socket.request(1);
    return null;
  }

  private void arrived(RelayMessage.FrameFollows follows, byte[] jpeg) {
    RemoteCamera camera = cameras.apply(follows.camera());
    if (camera == null || !RemoteCamera.isImage(jpeg, 0)) {
      return; // it went a moment ago
    }
    counts.frames.increment();
    counts.bytes.add(jpeg.length);
    if (camera.offer(jpeg, 0, follows.capturedAtMillis())) {
      counts.overtaken.increment();
    }
  }

  @Override
  public @Nullable CompletionStage<?> onPing(WebSocket socket, ByteBuffer message) {
    heardNanos = System.nanoTime();
    socket.request(1);
    return null; // the client answers by itself, and the other relay paces itself by that
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
    ended("closed with " + code + (reason.isEmpty() ? "" : " (" + reason + ')'));
    return null;
  }

  @Override
  public void onError(WebSocket socket, Throwable error) {
    ended(String.valueOf(error.getMessage()));
  }

  private @Nullable CompletionStage<?> over(WebSocket socket, String why) {
    ended(why);
    socket.abort();
    return null;
  }

  private void ended(String why) {
    if (end.isEmpty()) {
      end = why;
    }
    wake.run();
  }
}
