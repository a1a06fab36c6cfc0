// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.faults;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A real agent in a process of its own that replays a camera's pictures.
final class AgentChild implements AutoCloseable {

  private final String camera;
  private final List<String> space;
  private final String command;
  private final Path logs;
  private Child child;

  private AgentChild(String camera, List<String> space, String command, Path logs)
      throws IOException {
    this.camera = camera;
    this.space = space;
    this.command = command;
    this.logs = logs;
    child = launch();
  }

  /// @param space what it is started under; may be empty
  /// @param agent the command that starts an agent
  static AgentChild start(
      String agent,
      List<String> space,
      String url,
      String camera,
      PictureBook book,
      double fps,
      Path logs)
      throws IOException {
    String command =
        "%s --relay %s --name %s --source folder:%s --fps %s --ping-period 2"
            .formatted(agent, url, camera, book.folder(camera), fps);
    return new AgentChild(camera, space, command, logs);
  }

  private Child launch() throws IOException {
    return Child.start(
        "agent-" + camera, space, command, Map.of("JAVA_OPTS", "-XX:TieredStopAtLevel=1"), logs);
  }

  void restart() throws IOException {
    child.close();
    child = launch();
  }

  String camera() {
    return camera;
  }

  Child process() {
    return child;
  }

  @Override
  public void close() {
    child.close();
  }
}
