// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.frame;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jetsonrelay.server.timing.IsoTime;

/// One immutable JPEG with what is known about it, laid out so that a viewer's write is one range
/// of shared memory:
///
/// ```
/// … headroom │ text frame "image_frame" │ binary frame header │ JPEG
///            └ messageOffset            └ binaryOffset        └ jpegOffset
/// ```
///
/// A frame is a view of one [Block] and shares its reference count: whoever sealed it holds the
/// first reference. All accessors are valid only while a reference is held. Sealing is done by the
/// one thread that filled the block; afterwards any thread may read, and nobody writes.
public final class Frame {
  /// What must be left free in front of the JPEG by whoever fills the block.
  public static final int HEADROOM = 256;

  /// The longest `from` that a frame can carry.
  public static final int MAX_FROM_LENGTH = 64;

  // FIN with opcode 1 (text) and 2 (binary), RFC 6455, section 5.2. Server frames are unmasked.
  private static final byte TEXT = (byte) 0x81;
  private static final byte BINARY = (byte) 0x82;

  private static final byte[] FROM = ascii("{\"type\":\"image_frame\",\"from\":\"");
  private static final byte[] TIMESTAMP = ascii("\",\"timestamp\":\"");
  private static final byte[] SIZE = ascii("\",\"size\":");

  private final Block block;
  private final int messageOffset;
  private final int binaryOffset;
  private final int jpegOffset;
  private final int jpegLength;
  private final long sequence;
  private final long capturedAtMillis;
  private final long receivedAtMillis;
  private final long receivedNanos;
  private final int width;
  private final int height;

  private Frame(
      Block block,
      int messageOffset,
      int binaryOffset,
      int jpegOffset,
      int jpegLength,
      long sequence,
      long capturedAtMillis,
      long receivedAtMillis,
      long receivedNanos,
      int width,
      int height) {
    this.block = block;
    this.messageOffset = messageOffset;
    this.binaryOffset = binaryOffset;
    this.jpegOffset = jpegOffset;
    this.jpegLength = jpegLength;
    this.sequence = sequence;
    this.capturedAtMillis = capturedAtMillis;
    this.receivedAtMillis = receivedAtMillis;
    this.receivedNanos = receivedNanos;
    this.width = width;
    this.height = height;
  }

  /// Writes the headers in front of the JPEG and takes over the caller's reference to the block.
  ///
  /// @param block whose only writer the caller is
  /// @param jpegOffset where the JPEG begins, at least [#HEADROOM]
  /// @param jpegLength its bytes
  /// @param from the publisher's client id: printable ASCII without `"` and `\`
  /// @param sequence counts the camera's frames
  /// @param capturedAtMillis wall clock of the capture in milliseconds, 0 when unknown
  /// @param receivedAtMillis wall clock of the receipt in milliseconds, the `timestamp` on the wire
  /// @param receivedNanos [System#nanoTime()] of the receipt
  /// @param width pixels
  /// @param height pixels
  /// @throws IllegalArgumentException when there is no headroom or `from` is not plain; the
  ///   reference stays with the caller
  public static Frame seal(
      Block block,
      int jpegOffset,
      int jpegLength,
      String from,
      long sequence,
      long capturedAtMillis,
      long receivedAtMillis,
      long receivedNanos,
      int width,
      int height) {
    if (jpegOffset < HEADROOM
        || jpegLength < 0
        || jpegLength > block.capacity()
        || jpegOffset > block.capacity() - jpegLength) {
      throw new IllegalArgumentException(
          "no room for a JPEG of " + jpegLength + " bytes at " + jpegOffset);
    }
    requirePlain(from);
    ByteBuffer memory = block.memory();
    int at = putHeader(memory, jpegOffset, BINARY, jpegLength);
    int binaryOffset = at;
    memory.put(--at, (byte) '}');
    at = putDecimal(memory, at, jpegLength);
    at = put(memory, at, SIZE);
    at = IsoTime.putBefore(memory, at, receivedAtMillis);
    at = put(memory, at, TIMESTAMP);
    for (int i = from.length() - 1; i >= 0; i--) {
      memory.put(--at, (byte) from.charAt(i));
    }
    at = put(memory, at, FROM);
    int messageOffset = putHeader(memory, at, TEXT, binaryOffset - at);
    return new Frame(
        block,
        messageOffset,
        binaryOffset,
        jpegOffset,
        jpegLength,
        sequence,
        capturedAtMillis,
        receivedAtMillis,
        receivedNanos,
        width,
        height);
  }

  private static void requirePlain(String from) {
    boolean plain = from.length() <= MAX_FROM_LENGTH;
    for (int i = 0; plain && i < from.length(); i++) {
      char c = from.charAt(i);
      plain = c >= ' ' && c < 0x7f && c != '"' && c != '\\';
    }
    if (!plain) {
      throw new IllegalArgumentException("not a client id");
    }
  }

  /// Puts a frame header for `length` bytes of payload so that it ends before `end`; returns where
  /// it begins. The length takes the shortest of the three forms (RFC 6455, section 5.2).
  private static int putHeader(ByteBuffer memory, int end, byte first, int length) {
    int at = end;
    if (length < 126) {
      memory.put(--at, (byte) length);
    } else if (length <= 0xffff) {
      at -= 2;
      memory.putShort(at, (short) length);
      memory.put(--at, (byte) 126);
    } else {
      at -= 8;
      memory.putLong(at, length);
      memory.put(--at, (byte) 127);
    }
    memory.put(--at, first);
    return at;
  }

  private static int put(ByteBuffer memory, int end, byte[] bytes) {
    int at = end - bytes.length;
    memory.put(at, bytes);
    return at;
  }

  private static int putDecimal(ByteBuffer memory, int end, int value) {
    int at = end;
    int rest = value;
    do {
      memory.put(--at, (byte) ('0' + rest % 10));
      rest /= 10;
    } while (rest > 0);
    return at;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// The memory; the frame's reference, not one for the caller.
  public Block block() {
    return block;
  }

  /// Where the text frame begins.
  public int messageOffset() {
    return messageOffset;
  }

  /// Bytes of text frame and binary frame together.
  public int messageLength() {
    return jpegOffset + jpegLength - messageOffset;
  }

  /// Where the binary frame begins: for a viewer that gets a text of its own.
  public int binaryOffset() {
    return binaryOffset;
  }

  /// Bytes of the binary frame, header included.
  public int binaryLength() {
    return jpegOffset + jpegLength - binaryOffset;
  }

  /// Where the JPEG begins.
  public int jpegOffset() {
    return jpegOffset;
  }

  /// Bytes of the JPEG.
  public int jpegLength() {
    return jpegLength;
  }

  /// A new read-only view of the JPEG.
  public ByteBuffer jpeg() {
    return block.view(jpegOffset, jpegLength).asReadOnlyBuffer();
  }

  /// The camera's count of frames.
  public long sequence() {
    return sequence;
  }

  /// Wall clock of the capture in milliseconds, 0 when unknown.
  public long capturedAtMillis() {
    return capturedAtMillis;
  }

  /// Wall clock of the receipt in milliseconds.
  public long receivedAtMillis() {
    return receivedAtMillis;
  }

  /// [System#nanoTime()] of the receipt.
  public long receivedNanos() {
    return receivedNanos;
  }

  /// Pixels from left to right.
  public int width() {
    return width;
  }

  /// Pixels from top to bottom.
  public int height() {
    return height;
  }

  /// Takes one more reference to the block.
  public Frame retain() {
    block.retain();
    return this;
  }

  /// Gives one reference to the block back.
  public void release() {
    block.release();
  }
}
