// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PlainSocket;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/// Lets go of what Helidon's socket reads requests into: 8 KiB that a WebSocket, which reads its
/// channel itself, would hold for as long as it lasts, a third of an idle viewer's memory.
///
/// Helidon has no method for that, so the field is set. Where that is impossible the memory stays.
/// Called by the connections' reader threads.
final class RequestBuffer {
  private static final Logger LOGGER = System.getLogger(RequestBuffer.class.getName());
  private static final byte[] EMPTY = {};
  private static final @Nullable MethodHandle SETTER = find();

  private RequestBuffer() {}

  /// From now on nobody may read from this socket but by its channel.
  static void drop(HelidonSocket socket) {
    MethodHandle setter = SETTER;
    if (setter != null && socket.getClass() == PlainSocket.class) {
      try {
        setter.invokeExact((PlainSocket) socket, EMPTY);
      } catch (Throwable e) {
        LOGGER.log(Level.DEBUG, "the buffer of a request stays", e);
      }
    }
  }

  /// Whether it can be done with this Helidon and this JVM.
  static boolean supported() {
    return SETTER != null;
  }

  private static @Nullable MethodHandle find() {
    try {
      Field field = PlainSocket.class.getDeclaredField("readBuffer");
      field.setAccessible(true);
      return MethodHandles.lookup()
          .unreflectSetter(field)
          .asType(MethodType.methodType(void.class, PlainSocket.class, byte[].class));
    } catch (ReflectiveOperationException | RuntimeException e) {
      LOGGER.log(Level.DEBUG, "the buffers of requests stay", e);
      return null;
    }
  }
}
