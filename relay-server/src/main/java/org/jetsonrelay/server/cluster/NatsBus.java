// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Core NATS: one connection for messages about nodes and cameras, which must not wait behind
/// pictures, and some over which cameras are spread, so that a large picture of one does not hold
/// up all others.
final class NatsBus implements Bus {

  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
  private static final Duration LAST_WORDS = Duration.ofMillis(200);

  private final List<String> controlSubjects;
  private final NatsLink control;
  private final List<NatsLink> lanes;

  /// Called by the links; set before they are started.
  private volatile Runnable changed = () -> {};

  /// @param controlSubjects what messages about nodes and cameras come under
  NatsBus(ClusterSettings settings, List<String> controlSubjects) {
    this.controlSubjects = List.copyOf(controlSubjects);
    control = new NatsLink(settings, "control", this::changed);
    lanes =
        IntStream.rangeClosed(1, settings.connections())
            .mapToObj(number -> new NatsLink(settings, "frames-" + number, this::changed))
            .toList();
  }

  private void changed() {
    changed.run();
  }

  @Override
  public void start(Consumer<byte[]> handler, Runnable onChange) {
    changed = onChange;
    controlSubjects.forEach(subject -> control.listen(subject, handler));
    control.start();
    lanes.forEach(NatsLink::start);
  }

  /// Both ends of a subject choose for themselves; they need not agree.
  private NatsLink lane(String subject) {
    return lanes.get(Math.floorMod(subject.hashCode(), lanes.size()));
  }

  @Override
  public boolean connected() {
    return control.connected() && lanes.stream().allMatch(NatsLink::connected);
  }

  @Override
  public boolean tell(String subject, byte[] message) {
    return control.send(subject, message);
  }

  @Override
  public long maxBytes() {
    return control.maxBytes();
  }

  @Override
  public boolean awaitRoom(String subject) throws InterruptedException {
    return lane(subject).awaitRoom();
  }

  @Override
  public long maxBytes(String subject) {
    return lane(subject).maxBytes();
  }

  @Override
  public boolean send(String subject, byte[] frame) {
    return lane(subject).send(subject, frame);
  }

  @Override
  public void listen(String subject, Consumer<byte[]> handler, Runnable listening) {
    NatsLink lane = lane(subject);
    lane.listen(subject, handler);
    // Waits for the server's answer, so that the camera is not asked before the server knows who
    // wants to hear it: its first picture may be the only one for a while.
    Thread.ofVirtual()
        .name("bus-listen")
        .start(() -> {
          lane.flush(ANSWER_LIMIT);
          listening.run();
        });
  }

  @Override
  public void unlisten(String subject) {
    lane(subject).unlisten(subject);
  }

  @Override
  public String server() {
    return control.server();
  }

  @Override
  public void close() {
    control.flush(LAST_WORDS);
    List<NatsLink> all = Stream.concat(Stream.of(control), lanes.stream()).toList();
    all.forEach(NatsLink::end); // all at once
    all.forEach(NatsLink::close);
  }
}
