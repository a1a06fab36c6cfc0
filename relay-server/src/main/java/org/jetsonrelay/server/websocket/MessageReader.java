// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import static org.jetsonrelay.server.websocket.ControlFrames.MAX_PAYLOAD;
import static org.jetsonrelay.server.websocket.ControlFrames.NOT_UTF8;
import static org.jetsonrelay.server.websocket.ControlFrames.PROTOCOL_ERROR;
import static org.jetsonrelay.server.websocket.ControlFrames.TOO_BIG;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jetsonrelay.server.frame.Block;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// Takes frames from the wire and puts messages together, as strictly as RFC 6455 permits, and
/// refuses each fault at the first byte that shows it.
///
/// Owned by the connection's reader thread; the limits may be changed by any thread. Memory grows
/// with what has arrived: a header that claims a large message costs nothing until the bytes come.
final class MessageReader {
  /// Where the messages go. Called by the reader thread.
  interface Sink {
    /// Some bytes arrived.
    void arrived();

    /// A whole, valid text, lent for the call.
    void text(ByteBuffer utf8) throws ProtocolViolation;

    /// A whole binary message with the reference to its block.
    void binary(Block block, int offset, int length) throws ProtocolViolation;

    /// A ping's payload, lent for the call.
    void ping(byte[] payload, int length);

    /// A pong's payload, lent for the call.
    void pong(byte[] payload, int length) throws ProtocolViolation;
  }

  /// What a connection begins with: enough for who only answers pings and says a word now and then.
  private static final int FIRST_INPUT_BYTES = 512;

  private static final int INPUT_BYTES = 8 * 1024;

  /// A payload of which at least this is still due is read straight into its block.
  private static final int DIRECT_BYTES = 1024;

  private static final int FIRST_TEXT_BYTES = 128;
  private static final int MAX_KEPT_TEXT_BYTES = 16 * 1024;

  private static final int CONTINUATION = 0;
  private static final int TEXT = 1;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Wire wire;
  private final Sink sink;
  private final int headroom;
  private final int maxFragments;
  private final MessageMemory memory;
  private final ControlRate controls;
  // Written by any thread, read by the reader thread at each frame header.
  private volatile int maxTextBytes;
  private volatile int maxBinaryBytes;

  private ByteBuffer input = ByteBuffer.allocateDirect(FIRST_INPUT_BYTES).flip();
  private final byte[] control = new byte[MAX_PAYLOAD];

  // The message that is being put together; `kind` is CONTINUATION when there is none.
  private int kind = CONTINUATION;
  private int fragments;
  private int messageBytes;
  private long takenBytes;
  // Written by the reader thread, read by keep-alive: when the message began, 0 between two.
  private volatile long begunNanos;
  private final Utf8 utf8 = new Utf8();
  private byte[] text = new byte[FIRST_TEXT_BYTES];
  private final MessageBlock block;

  /// @param headroom left free in front of each binary message
  /// @param memory what all connections share
  MessageReader(
      Wire wire,
      BlockPool pool,
      Sink sink,
      int headroom,
      WebSocketSettings settings,
      MessageMemory memory) {
    this.wire = wire;
    this.sink = sink;
    this.headroom = headroom;
    this.block = new MessageBlock(pool, headroom);
    this.maxFragments = settings.maxFragments();
    this.memory = memory;
    this.controls = new ControlRate(settings.messages().maxControlPerSecond(), System.nanoTime());
    this.maxTextBytes = settings.maxTextBytes();
    this.maxBinaryBytes = settings.maxBinaryBytes();
  }

  void maxMessageBytes(int text, int binary) {
    WebSocketSettings.requireIn("text", text, 1, WebSocketSettings.MAX_MESSAGE_BYTES);
    WebSocketSettings.requireIn("binary", binary, 1, WebSocketSettings.MAX_MESSAGE_BYTES);
    maxTextBytes = text;
    maxBinaryBytes = binary;
  }

  /// Reads until the peer's close frame, and returns what it said.
  ///
  /// @throws EOFException when the peer ended the connection without one
  CloseReason readUntilClose() throws IOException, ProtocolViolation {
    try {
      CloseReason reason;
      do {
        reason = readFrame();
      } while (reason == null);
      return reason;
    } finally {
      block.release();
      settle();
    }
  }

  /// For how long a message has been coming that is not complete; 0 when there is none.
  long messageAgeNanos(long nowNanos) {
    long begun = begunNanos;
    return begun == 0 ? 0 : Math.max(0, nowNanos - begun);
  }

  /// Reads and forgets bytes until the peer ends the connection: closing a socket with unread bytes
  /// would reset it, and the peer might never see our close frame.
  void drain() throws IOException {
    if (input.capacity() < INPUT_BYTES) {
      input = ByteBuffer.allocateDirect(INPUT_BYTES);
    }
    do {
      input.clear();
    } while (wire.read(input) >= 0);
  }

  private @Nullable CloseReason readFrame() throws IOException, ProtocolViolation {
    require(2);
    int first = input.get() & 0xff;
    int second = input.get() & 0xff;
    boolean fin = (first & 0x80) != 0;
    int opcode = first & 0x0f;
    if ((first & 0x70) != 0) {
      throw new ProtocolViolation(PROTOCOL_ERROR, "reserved bit without an extension");
    }
    if ((opcode > BINARY && opcode < CLOSE) || opcode > PONG) {
      throw new ProtocolViolation(PROTOCOL_ERROR, "reserved opcode");
    }
    if ((second & 0x80) == 0) {
      throw new ProtocolViolation(PROTOCOL_ERROR, "frame without a mask");
    }
    int shortLength = second & 0x7f;
    if (opcode >= CLOSE || opcode == TEXT) {
      controls.count(System.nanoTime());
    }
    if (opcode >= CLOSE) {
      if (!fin || shortLength > MAX_PAYLOAD) {
        throw new ProtocolViolation(
            PROTOCOL_ERROR, fin ? "control frame too long" : "control frame in fragments");
      }
      return controlFrame(opcode, shortLength);
    }
    if ((opcode == CONTINUATION) != (kind != CONTINUATION)) {
      throw new ProtocolViolation(
          PROTOCOL_ERROR,
          opcode == CONTINUATION ? "nothing to continue" : "new message inside a message");
    }
    long length = shortLength;
    if (shortLength == 126) {
      require(2);
      length = input.getShort() & 0xffff;
    } else if (shortLength == 127) {
      require(8);
      length = input.getLong();
      if (length < 0) {
        throw new ProtocolViolation(PROTOCOL_ERROR, "length with its highest bit set");
      }
    }
    begin(opcode, length);
    require(4);
    int key = input.getInt();
    if (kind == TEXT) {
      textPayload((int) length, key);
    } else {
      binaryPayload((int) length, key);
    }
    if (fin) {
      deliver();
    }
    return null;
  }

  /// Checks the limits as soon as the header says how much there will be.
  private void begin(int opcode, long length) throws ProtocolViolation {
    if (opcode != CONTINUATION) {
      kind = opcode;
      fragments = 0;
      messageBytes = 0;
      begunNanos = System.nanoTime() | 1; // never 0
    }
    if (++fragments > maxFragments) {
      throw new ProtocolViolation(TOO_BIG, "message in too many fragments", EngineLimit.FRAGMENTS);
    }
    if (length > (kind == TEXT ? maxTextBytes : maxBinaryBytes) - messageBytes) {
      throw new ProtocolViolation(TOO_BIG, "message too long", EngineLimit.MESSAGE_BYTES);
    }
  }

  private void textPayload(int length, int key) throws IOException, ProtocolViolation {
    int done = 0;
    while (done < length) {
      require(1);
      int n = Math.min(length - done, input.remaining());
      if (n > text.length - messageBytes) {
        int larger = Math.max(2 * text.length, messageBytes + n);
        take(larger);
        text = Arrays.copyOf(text, larger);
      }
      input.get(text, messageBytes, n);
      Mask.apply(text, messageBytes, n, key, done);
      if (!utf8.accept(text, messageBytes, n)) {
        throw new ProtocolViolation(NOT_UTF8, "text is not UTF-8");
      }
      messageBytes += n;
      done += n;
    }
  }

  private void binaryPayload(int length, int key) throws IOException, ProtocolViolation {
    int done = 0;
    Block target = room(length);
    while (done < length) {
      int left = length - done;
      int at = headroom + messageBytes;
      if (at == target.capacity()) {
        target = room(left);
      }
      int n;
      if (!input.hasRemaining() && left >= DIRECT_BYTES) {
        n = receive(target.view(at, Math.min(left, target.capacity() - at)));
      } else {
        require(1);
        n = Math.min(Math.min(left, input.remaining()), target.capacity() - at);
        target.memory().put(at, input, input.position(), n);
        input.position(input.position() + n);
      }
      Mask.apply(target.memory(), at, n, key, done);
      messageBytes += n;
      done += n;
    }
  }

  /// Room for more of a binary message, and the memory it takes from what all share.
  private Block room(int due) throws ProtocolViolation {
    Block target = block.room(messageBytes, due);
    take(target.capacity());
    return target;
  }

  /// The message that is being put together has so much memory now.
  private void take(long bytes) throws ProtocolViolation {
    if (bytes > takenBytes) {
      memory.take(bytes - takenBytes);
      takenBytes = bytes;
    }
  }

  /// No message is being put together any more.
  private void settle() {
    begunNanos = 0;
    memory.give(takenBytes);
    takenBytes = 0;
  }

  private void deliver() throws ProtocolViolation {
    int length = messageBytes;
    int finished = kind;
    kind = CONTINUATION;
    messageBytes = 0;
    settle();
    if (finished == TEXT) {
      if (!utf8.end()) {
        throw new ProtocolViolation(NOT_UTF8, "text ends inside a character");
      }
      sink.text(ByteBuffer.wrap(text, 0, length).slice());
      if (text.length > MAX_KEPT_TEXT_BYTES) {
        text = new byte[FIRST_TEXT_BYTES];
      }
      return;
    }
    sink.binary(block.take(length), headroom, length);
  }

  private @Nullable CloseReason controlFrame(int opcode, int length)
      throws IOException, ProtocolViolation {
    require(4 + length);
    int key = input.getInt();
    input.get(control, 0, length);
    Mask.apply(control, 0, length, key, 0);
    switch (opcode) {
      case CLOSE -> {
        return ControlFrames.parseClose(control, length);
      }
      case PING -> sink.ping(control, length);
      default -> sink.pong(control, length);
    }
    return null;
  }

  /// Waits until `bytes` bytes are in the input.
  private void require(int bytes) throws IOException {
    while (input.remaining() < bytes) {
      input.compact();
      try {
        receive(input);
      } finally {
        input.flip();
      }
      if (input.limit() == FIRST_INPUT_BYTES && input.capacity() == FIRST_INPUT_BYTES) {
        input = ByteBuffer.allocateDirect(INPUT_BYTES).put(input).flip(); // more may be waiting
      }
    }
  }

  private int receive(ByteBuffer target) throws IOException {
    int n = wire.read(target);
    if (n < 0) {
      throw new EOFException("the peer ended the connection without a close frame");
    }
    sink.arrived();
    return n;
  }
}
