// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.jetsonrelay.server.websocket.RawWebSocket.BINARY;
import static org.jetsonrelay.server.websocket.RawWebSocket.CLOSE;
import static org.jetsonrelay.server.websocket.RawWebSocket.CONTINUATION;
import static org.jetsonrelay.server.websocket.RawWebSocket.TEXT;
import static org.jetsonrelay.server.websocket.conformance.Frames.FIN;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jetsonrelay.server.websocket.CloseReason;
import org.jetsonrelay.server.websocket.RawWebSocket.Received;

/// Sections 5.5.1 and 7: what a close frame may hold, and that it is the end.
final class CloseCases {
  private static final int[] VALID = {
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3999, 4000,
    4001, 4999
  };
  private static final int[] INVALID = {
    0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 32_768, 65_535
  };

  private CloseCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.CLOSING);
    codes(cases);
    reasons(cases);
    nothingAfter(cases);
    unfinished(cases);
    byTheServer(cases);
    return cases.list();
  }

  private static void codes(Cases cases) {
    for (int code : VALID) {
      cases.add(
          "code " + code + " is answered in kind",
          peer -> {
            peer.send(Frames.close(code, ""));
            peer.getsCloseAndEnd(Frames.code(code));
            assertThat(peer.reason()).isEqualTo(new CloseReason(code, "", true));
          });
    }
    for (int code : INVALID) {
      cases.add(
          "code " + code + " may not be sent",
          peer -> {
            peer.send(Frames.close(code, ""));
            peer.isFailedWith(1002);
          });
    }
    cases.add(
        "no code is answered without a code",
        peer -> {
          peer.send(Frames.close(new byte[0]));
          peer.getsCloseAndEnd(new byte[0]);
          assertThat(peer.reason()).isEqualTo(new CloseReason(1005, "", true));
        });
    cases.add(
        "half a code",
        peer -> {
          peer.send(Frames.close(new byte[] {3}));
          peer.isFailedWith(1002);
        });
  }

  private static void reasons(Cases cases) {
    for (int length : new int[] {1, 2, 122, 123}) {
      cases.add(
          "a reason of " + length + " bytes",
          peer -> {
            peer.send(Frames.close(Bytes.concat(Frames.code(1000), Bytes.text(length))));
            peer.getsCloseAndEnd(Frames.code(1000));
          });
    }
    cases.add(
        "a reason octet by octet",
        peer -> {
          peer.chop(1, Frames.close(4_000, "grüß"));
          peer.getsCloseAndEnd(Frames.code(4_000));
        });
    cases.add(
        "a reason of 124 bytes, refused at its length",
        peer -> {
          peer.send(new byte[] {(byte) 0x88, (byte) 0xfe});
          peer.isFailedWith(1002);
        });
    cases.add(
        "a close frame of 65536 bytes, refused at its length",
        peer -> {
          peer.send(new byte[] {(byte) 0x88, (byte) 0xff});
          peer.isFailedWith(1002);
        });
    for (String bad : new String[] {"80", "61c0af", "eda080", "f4908080", "ff", "e282", "c3"}) {
      cases.add(
          "a reason that is not UTF-8: " + bad,
          peer -> {
            peer.send(Frames.close(Bytes.concat(Frames.code(1000), Bytes.hex(bad))));
            peer.isFailedWith(1007);
          });
    }
  }

  private static void nothingAfter(Cases cases) {
    byte[] goodbye = Frames.close(1000, "");
    after(cases, "a ping", goodbye, Frames.ping(Bytes.ascii("?")));
    after(cases, "a text", goodbye, Frames.text("too late"));
    after(cases, "a second close frame", goodbye, Frames.close(1001, "really"));
    after(cases, "a protocol error", goodbye, Frames.frame(0xf3, Bytes.ascii("bad")));
    after(cases, "garbage", goodbye, Bytes.binary(5_000));
    after(cases, "a megabyte", goodbye, Frames.frame(FIN | BINARY, Bytes.binary(1 << 20)));
    cases.add(
        "after a failure, nothing is processed",
        peer -> {
          peer.send(
              Frames.frame(FIN | CONTINUATION, new byte[0]),
              Frames.ping(Bytes.ascii("?")),
              Frames.text("too late"),
              Frames.frame(FIN | BINARY, Bytes.binary(1 << 20)),
              Frames.close(1000, ""));
          peer.isFailedWith(1002);
        });
  }

  private static void after(Cases cases, String what, byte[] goodbye, byte[] later) {
    cases.add(
        "after a close frame, nothing is processed: " + what,
        peer -> {
          peer.send(Frames.text("before"), goodbye, later);
          peer.getsText("before");
          peer.getsCloseAndEnd(Frames.code(1000));
          assertThat(peer.reason()).isEqualTo(new CloseReason(1000, "", true));
        });
  }

  private static void unfinished(Cases cases) {
    cases.add(
        "a close frame inside of a message, which is given up",
        peer -> {
          peer.send(
              Frames.frame(TEXT, Bytes.ascii("begun")),
              Frames.close(1000, ""),
              Frames.frame(FIN | CONTINUATION, Bytes.ascii("ended")));
          peer.getsCloseAndEnd(Frames.code(1000));
        });
    cases.add(
        "a large message before the close frame is still echoed",
        peer -> {
          byte[] large = Bytes.binary(256 << 10);
          peer.send(Frames.frame(FIN | BINARY, large), Frames.close(1000, ""));
          peer.gets(BINARY, large);
          peer.getsCloseAndEnd(Frames.code(1000));
        });
    cases.add(
        "twenty messages before the close frame are still echoed",
        peer -> {
          byte[] large = Bytes.binary(20_000);
          byte[] message = Frames.frame(FIN | BINARY, large);
          for (int i = 0; i < 20; i++) {
            peer.send(message);
          }
          peer.send(Frames.close(3_000, "done"));
          for (int i = 0; i < 20; i++) {
            peer.gets(BINARY, large);
          }
          peer.getsCloseAndEnd(Frames.code(3_000));
        });
    cases.add(
        "the end of the stream without a close frame",
        peer -> {
          peer.echoes("hello");
          peer.socket().socket().shutdownOutput();
          peer.endsCleanly();
          assertThat(peer.reason().code()).isEqualTo(1006);
        });
    cases.add(
        "the end of the stream inside of a frame",
        peer -> {
          peer.send(new byte[] {(byte) 0x81, (byte) 0x85, 1, 2, 3});
          peer.socket().socket().shutdownOutput();
          peer.endsCleanly();
          assertThat(peer.reason().code()).isEqualTo(1006);
        });
  }

  private static void byTheServer(Cases cases) {
    cases.add(
        "the server's close frame, answered",
        peer -> {
          peer.echoes("open");
          peer.serverCloses(1001, "going");
          peer.gets(CLOSE, Bytes.concat(Frames.code(1001), Bytes.ascii("going")));
          peer.send(Frames.close(1001, ""));
          peer.endsCleanly();
          assertThat(peer.reason()).isEqualTo(new CloseReason(1001, "going", false));
        });
    cases.add(
        "the server's close frame, answered with another code",
        peer -> {
          peer.echoes("open");
          peer.serverCloses(4_000, "");
          peer.gets(CLOSE, Frames.code(4_000));
          peer.send(Frames.close(1000, "as you like"));
          peer.endsCleanly();
          assertThat(peer.reason()).isEqualTo(new CloseReason(4_000, "", false));
        });
    cases.add(
        "the server's close frame, answered late: nothing in between is processed",
        peer -> {
          peer.echoes("open");
          peer.send(Frames.frame(TEXT, Bytes.ascii("begun")));
          peer.serverCloses(1001, "");
          peer.gets(CLOSE, Frames.code(1001));
          peer.send(
              Frames.frame(FIN | CONTINUATION, Bytes.ascii("ended")),
              Frames.ping(Bytes.ascii("?")),
              Frames.frame(FIN | BINARY, Bytes.binary(1 << 20)),
              Frames.close(1001, ""));
          peer.endsCleanly();
          assertThat(peer.reason()).isEqualTo(new CloseReason(1001, "", false));
        });
    cases.add(
        "the server's close frame, answered with a protocol error",
        peer -> {
          peer.echoes("open");
          peer.serverCloses(1001, "");
          peer.gets(CLOSE, Frames.code(1001));
          peer.send(Bytes.hex("f3ff"));
          peer.endsCleanly();
          assertThat(peer.reason()).isEqualTo(new CloseReason(1001, "", false));
        });
    for (boolean serverFirst : new boolean[] {true, false}) {
      cases.add(
          "both close at once, " + (serverFirst ? "server" : "client") + " first",
          peer -> atOnce(peer, serverFirst));
    }
    cases.add(
        "both close at once, octet by octet",
        peer -> {
          peer.echoes("open");
          byte[] close = Frames.close(1000, "client");
          peer.send(Arrays.copyOf(close, close.length - 1));
          peer.serverCloses(1001, "");
          peer.send(new byte[] {close[close.length - 1]});
          peer.getsCloseAndEnd(Frames.code(1001));
          assertThat(peer.reason()).isEqualTo(new CloseReason(1001, "", false));
        });
  }

  /// Neither waits for the other: who wins is open, that each sends one close frame is not.
  private static void atOnce(Peer peer, boolean serverFirst) throws IOException {
    peer.echoes("open");
    if (serverFirst) {
      peer.serverCloses(1001, "");
    }
    peer.send(Frames.close(1000, ""));
    if (!serverFirst) {
      peer.serverCloses(1001, "");
    }
    Received close = peer.socket().read();
    assertThat(close.first()).isEqualTo(0x88);
    assertThat(close.closeCode()).isIn(serverFirst ? List.of(1001) : List.of(1000, 1001));
    peer.endsCleanly();
    assertThat(peer.reason().code()).isEqualTo(close.closeCode());
  }
}
