// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.picture;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.json.JsonObject;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.jetsonrelay.server.auth.Action;
import org.jetsonrelay.server.auth.Credential;
import org.jetsonrelay.server.http.Answers;
import org.jetsonrelay.server.hub.Feed;
import org.jetsonrelay.server.protocol.ClientIds;

/// Takes images from programs that know only HTTP: one JPEG a request, or a multipart stream of
/// them that lasts as long as its request.
///
/// Each runs on its request's virtual thread; the timer sweeps.
final class IngestHandler {

  private static final System.Logger LOG = System.getLogger(IngestHandler.class.getName());

  private static final Header ACCEPTED =
      HeaderValues.createCached("Accept-Post", "image/jpeg, multipart/x-mixed-replace");
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /// How long a replaced publisher has to notice before it is cut.
  private static final long REPLACED_NANOS = 1_000_000_000L;

  private final PictureContext context;
  private final ClientIds ids;
  private final HeldCameras held;
  private final Rules rules;
  private final Set<Incoming> open = ConcurrentHashMap.newKeySet();

  /// Written at shutdown, read by request threads.
  private volatile boolean draining;

  IngestHandler(PictureContext context) {
    this.context = context;
    ids = new ClientIds(context.clock());
    held = new HeldCameras(context, ids);
    rules = new Rules(context.gate());
  }

  /// One body being read.
  ///
  /// Made and used by the request's thread; the hub says when it was replaced, the timer looks.
  private final class Incoming {
    final Deadline reading;

    // Written by whichever thread replaced it, read by the request's and the timer.
    volatile boolean replaced;
    volatile long replacedNanos;

    private final BooleanSupplier permitted;

    Incoming(BooleanSupplier permitted, Runnable cut) {
      this.permitted = permitted;
      reading = new Deadline(context.settings().readLimit().toNanos(), cut);
    }

    void replaced() {
      replacedNanos = context.nanoTime().getAsLong();
      replaced = true;
    }

    void check(long nowNanos) {
      reading.check(nowNanos);
      if (replaced && nowNanos - replacedNanos >= REPLACED_NANOS) {
        reading.expire();
      }
    }

    /// A source whose waits are watched.
    ByteSource watched(ByteSource source) {
      return (into, offset, length) -> {
        reading.begin(context.nanoTime().getAsLong());
        try {
          return source.read(into, offset, length);
        } finally {
          reading.end();
        }
      };
    }
  }

  void handle(String name, ServerRequest request, ServerResponse response) {
    if (!context.gate().permits(Action.PUBLISH, name, request, response)) {
      return;
    }
    if (draining) {
      HttpViewers.busy(request, response, "The relay is shutting down.");
      return;
    }
    PatientConnection connection = PatientConnection.current();
    if (connection == null) {
      throw new IllegalStateException("Pictures.configure was not called");
    }
    Credential credential = context.gate().credential(request);
    Incoming incoming =
        new Incoming(() -> context.gate().shows(Action.PUBLISH, name, credential), connection::cut);
    open.add(incoming);
    try {
      String type = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
      if (MultipartReader.isJpeg(type)) {
        single(name, incoming, connection, request, response);
      } else if (type.toLowerCase(Locale.ROOT).startsWith("multipart/")) {
        connection.busy(true);
        stream(name, type, incoming, connection, request, response);
      } else {
        response.header(ACCEPTED);
        Answers.error(
            request,
            response,
            Status.UNSUPPORTED_MEDIA_TYPE_415,
            "Post one image/jpeg, or a multipart/x-mixed-replace;boundary=... of them.");
      }
    } catch (IOException | UncheckedIOException e) {
      throw new CloseConnectionException("the sender is gone", e);
    } finally {
      incoming.reading.end();
      open.remove(incoming);
    }
  }

  private void single(
      String name,
      Incoming incoming,
      PatientConnection connection,
      ServerRequest request,
      ServerResponse response)
      throws IOException {
    try (FrameBuffer image = new FrameBuffer(context.pool(), context.settings().maxFrameBytes())) {
      ByteSource source = image(incoming, connection, request);
      byte[] piece = new byte[16 << 10];
      int read = source.read(piece, 0, piece.length);
      while (read >= 0) {
        image.append(piece, 0, read);
        read = source.read(piece, 0, piece.length);
      }
      long captured =
          Stamps.millis(request.headers().first(HeaderNames.create(Stamps.TIMESTAMP)).orElse(null));
      long sequence =
          held.post(
              name,
              context.gate().owner(request),
              HttpViewers.address(request.remotePeer()),
              image,
              captured);
      Answers.json(
          request, response, Status.OK_200, JsonObject.builder().set("sequence", sequence).build());
    } catch (IngestException e) {
      Answers.error(request, response, e.status(), String.valueOf(e.getMessage()));
    }
  }

  /// The body of a single image: what has a length is left to Helidon, which can then go on to the
  /// connection's next request.
  private static ByteSource image(
      Incoming incoming, PatientConnection connection, ServerRequest request)
      throws IngestException {
    if (!request.headers().contains(HeaderNames.TRANSFER_ENCODING)) {
      InputStream body = request.content().inputStream();
      return incoming.watched(body::read);
    }
    ByteSource raw = incoming.watched(RequestBody.raw(connection.context().dataReader()));
    ByteSource body = RequestBody.framed(raw, request);
    sayContinue(connection, request);
    return body;
  }

  private static void sayContinue(PatientConnection connection, ServerRequest request) {
    if (request.headers().contains(HeaderValues.EXPECT_100)) {
      connection.context().dataWriter().writeNow(BufferData.create(CONTINUE));
    }
  }

  private void stream(
      String name,
      String type,
      Incoming incoming,
      PatientConnection connection,
      ServerRequest request,
      ServerResponse response)
      throws IOException {
    // The body is read below Helidon, which therefore cannot find the next request.
    response.header(HeaderValues.CONNECTION_CLOSE);
    ByteSource raw = incoming.watched(RequestBody.raw(connection.context().dataReader()));
    ByteSource body = raw;
    long frames = 0;
    try {
      body = RequestBody.framed(raw, request);
      Optional<String> boundary = MultipartReader.boundary(type);
      if (boundary.isEmpty()) {
        throw IngestException.malformed(
            "The content type needs a boundary of at most "
                + MultipartReader.MAX_BOUNDARY_CHARS
                + " characters.");
      }
      sayContinue(connection, request);
      frames = receive(name, new MultipartReader(body, boundary.get()), incoming, request);
      Answers.json(
          request, response, Status.OK_200, JsonObject.builder().set("frames", frames).build());
    } catch (IngestException e) {
      Answers.error(request, response, e.status(), String.valueOf(e.getMessage()));
      RequestBody.readOn(raw);
    }
    throw new CloseConnectionException("the stream has ended");
  }

  /// Publishes image after image until the body ends.
  private long receive(
      String name, MultipartReader reader, Incoming incoming, ServerRequest request)
      throws IOException, IngestException {
    HttpPublisher publisher =
        new HttpPublisher(
            context, ids.next(), HttpViewers.address(request.remotePeer()), incoming::replaced);
    long frames = 0;
    try (FrameBuffer image = new FrameBuffer(context.pool(), context.settings().maxFrameBytes())) {
      // The name is taken with the first image: who sends none takes it from nobody.
      if (!reader.next(image)) {
        return 0;
      }
      Feed feed = publisher.attach(name, context.gate().owner(request));
      log("camera", publisher, "feeds " + name + " over HTTP");
      try {
        do {
          publisher.publish(feed, image, reader.timestampMillis());
          frames++;
          if (incoming.replaced) {
            throw new IngestException(
                Status.CONFLICT_409, "A newer publisher has taken this camera's name.");
          }
        } while (!draining && reader.next(image));
        return frames;
      } finally {
        context.hub().detach(feed, context.nanoTime().getAsLong());
        log("camera", publisher, "left after " + frames + " frames");
      }
    }
  }

  private static void log(String what, HttpPublisher publisher, String did) {
    LOG.log(
        System.Logger.Level.INFO,
        "{0} {1} at {2} {3}",
        what,
        publisher.id(),
        publisher.address(),
        did);
  }

  void sweep(long nowNanos) {
    boolean rulesChanged = rules.changed();
    for (Incoming incoming : open) {
      incoming.check(nowNanos);
      if (rulesChanged && !incoming.permitted.getAsBoolean()) {
        incoming.reading.expire();
      }
    }
    held.sweep(nowNanos);
  }

  void drain() {
    draining = true;
  }

  void abort() {
    open.forEach(incoming -> incoming.reading.expire());
    held.close();
  }

  /// Bodies being read now.
  int count() {
    return open.size();
  }
}
