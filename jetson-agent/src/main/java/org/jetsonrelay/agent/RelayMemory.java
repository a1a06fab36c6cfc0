// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jetsonrelay.agent.discovery.WantedRelay;

/**
 * Where the announced relay was found last, kept over restarts: an agent that was killed is back
 * without asking the network first. Without a folder of its own it remembers nothing. Any thread.
 */
final class RelayMemory {

  private static final Logger LOG = System.getLogger(RelayMemory.class.getName());
  private static final Pattern ADDRESS =
      Pattern.compile("ws://\\d{1,3}(\\.\\d{1,3}){3}:\\d{1,5}/ws");
  private static final long MOST_BYTES = 1024;

  private final Optional<Path> file;

  /** Keeps it in that file, if there is one. */
  RelayMemory(Optional<Path> file) {
    this.file = file;
  }

  /** In the folder that a supervisor has given to the service. */
  static RelayMemory of(Map<String, String> environment) {
    String folder = environment.getOrDefault("CACHE_DIRECTORY", "");
    try {
      return new RelayMemory(
          folder.isBlank() ? Optional.empty() : Optional.of(Path.of(folder, "relay")));
    } catch (InvalidPathException e) {
      LOG.log(Level.DEBUG, "no memory in {0}: {1}", folder, e.getMessage());
      return new RelayMemory(Optional.empty());
    }
  }

  /** Where the wanted relay was, if it is the one that was found last. */
  Optional<URI> last(WantedRelay wanted) {
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (Files.size(file.get()) > MOST_BYTES) {
        return Optional.empty();
      }
      List<String> lines = Files.readAllLines(file.get());
      boolean usable =
          lines.size() == 2
              && lines.get(0).equals(wanted.toString())
              && ADDRESS.matcher(lines.get(1)).matches();
      return usable ? Optional.of(URI.create(lines.get(1))) : Optional.empty();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "nothing is remembered: {0}", e.getMessage());
      return Optional.empty();
    }
  }

  /** Remembers it, if that is possible. */
  void keep(WantedRelay wanted, URI found) {
    if (file.isEmpty()) {
      return;
    }
    try {
      // Renamed over the old one: a power cut leaves one of the two, whole.
      Path beside = file.get().resolveSibling(file.get().getFileName() + ".new");
      Files.write(beside, List.of(wanted.toString(), found.toString()));
      Files.move(beside, file.get(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "not remembered: {0}", e.getMessage());
    }
  }
}
