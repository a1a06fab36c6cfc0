// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jetsonrelay.server.protocol.CameraNames;
import org.jspecify.annotations.Nullable;

/// Messages on the bus as bytes, big-endian; docs/cluster.md has the layout. What comes from the
/// bus is as hostile as any client: nothing is allocated by what a message claims, every name is
/// checked, and whatever is not exactly a message is none. Stateless.
final class BusCodec {

  private static final byte BEAT = 1;
  private static final byte TABLE = 2;
  private static final byte WANTS = 3;

  /// Kind, node, length of the name and the longest name.
  private static final int SENDER_BYTES = 1 + 8 + 1 + CameraNames.MAX_NODE_CHARS;

  /// Length of the name, the longest name, and the figures.
  private static final int ENTRY_BYTES = 1 + CameraNames.MAX_CHARS + 1 + 8 + 4 + 4 + 4 + 4;

  /// Most cameras in one message: as many as the longest names let into 1 MiB, which every NATS
  /// server takes unless it was told otherwise.
  static final int MAX_CAMERAS = 10_000;

  private static final long LONGEST_MILLIS = 1L << 50;
  private static final float FASTEST = 1e12f;
  private static final int MOST_PIXELS = 65_535;

  private BusCodec() {}

  static byte[] encode(BusMessage message) {
    return switch (message) {
      case BusMessage.Beat(var sender, boolean leaving) -> {
        ByteBuffer to = start(BEAT, sender, 1);
        to.put((byte) (leaving ? 1 : 0));
        yield end(to);
      }
      case BusMessage.Table(var sender, var cameras) -> {
        List<BusMessage.Entry> some = cameras.subList(0, Math.min(cameras.size(), MAX_CAMERAS));
        ByteBuffer to = start(TABLE, sender, 2 + some.size() * ENTRY_BYTES);
        to.putShort((short) some.size());
        some.forEach(entry -> put(to, entry));
        yield end(to);
      }
      case BusMessage.Wants(var sender, var cameras) -> {
        List<String> some = cameras.subList(0, Math.min(cameras.size(), MAX_CAMERAS));
        ByteBuffer to = start(WANTS, sender, 2 + some.size() * (1 + CameraNames.MAX_CHARS));
        to.putShort((short) some.size());
        some.forEach(name -> put(to, name));
        yield end(to);
      }
    };
  }

  private static ByteBuffer start(byte kind, BusMessage.Sender sender, int more) {
    ByteBuffer to = ByteBuffer.allocate(SENDER_BYTES + more).put(kind).putLong(sender.node());
    put(to, sender.name());
    return to;
  }

  private static byte[] end(ByteBuffer to) {
    byte[] bytes = new byte[to.position()];
    to.flip().get(bytes);
    return bytes;
  }

  private static void put(ByteBuffer to, BusMessage.Entry entry) {
    put(to, entry.name());
    to.put((byte) (entry.live() ? 1 : 0))
        .putLong(entry.attachedMillis())
        .putFloat(entry.fps())
        .putFloat(entry.bytesPerSecond())
        .putInt(entry.width())
        .putInt(entry.height());
  }

  private static void put(ByteBuffer to, String name) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    to.put((byte) ascii.length).put(ascii);
  }

  /// The message that these bytes are; null when they are none.
  static @Nullable BusMessage decode(byte[] bytes) {
    ByteBuffer from = ByteBuffer.wrap(bytes);
    try {
      byte kind = from.get();
      BusMessage.Sender sender = sender(from);
      BusMessage message =
          switch (kind) {
            case BEAT -> new BusMessage.Beat(sender, flag(from));
            case TABLE -> new BusMessage.Table(sender, entries(from));
            case WANTS -> new BusMessage.Wants(sender, names(from));
            default -> throw new Malformed();
          };
      return from.hasRemaining() ? null : message;
    } catch (BufferUnderflowException | Malformed e) {
      return null;
    }
  }

  private static BusMessage.Sender sender(ByteBuffer from) throws Malformed {
    long node = from.getLong();
    String name = name(from);
    if (!CameraNames.validNode(name)) {
      throw new Malformed();
    }
    return new BusMessage.Sender(node, name);
  }

  private static List<BusMessage.Entry> entries(ByteBuffer from) throws Malformed {
    int count = count(from);
    List<BusMessage.Entry> entries = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < count; i++) {
      String name = cameraName(from);
      BusMessage.Entry entry =
          new BusMessage.Entry(
              name,
              flag(from),
              within(from.getLong(), LONGEST_MILLIS),
              within(from.getFloat()),
              within(from.getFloat()),
              (int) within(from.getInt(), MOST_PIXELS),
              (int) within(from.getInt(), MOST_PIXELS));
      if (!seen.add(name)) {
        throw new Malformed();
      }
      entries.add(entry);
    }
    return entries;
  }

  private static List<String> names(ByteBuffer from) throws Malformed {
    int count = count(from);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(cameraName(from));
    }
    return names;
  }

  private static int count(ByteBuffer from) throws Malformed {
    return (int) within(from.getShort(), MAX_CAMERAS);
  }

  private static String cameraName(ByteBuffer from) throws Malformed {
    String name = name(from);
    if (!CameraNames.valid(name)) {
      throw new Malformed();
    }
    return name;
  }

  private static String name(ByteBuffer from) throws Malformed {
    byte[] ascii = new byte[(int) within(from.get(), CameraNames.MAX_CHARS)];
    from.get(ascii);
    return new String(ascii, StandardCharsets.ISO_8859_1);
  }

  private static boolean flag(ByteBuffer from) throws Malformed {
    return within(from.get(), 1) == 1;
  }

  private static long within(long value, long most) throws Malformed {
    if (value < 0 || value > most) {
      throw new Malformed();
    }
    return value;
  }

  private static float within(float value) throws Malformed {
    if (!(value >= 0 && value <= FASTEST)) { // nor NaN
      throw new Malformed();
    }
    return value;
  }

  /// Not a message.
  private static final class Malformed extends Exception {
    private static final long serialVersionUID = 1;

    Malformed() {
      super(null, null, false, false);
    }
  }
}
