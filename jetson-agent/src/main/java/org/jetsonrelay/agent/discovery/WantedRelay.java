// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.discovery;

import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which of the announced relays is meant: {@code auto} for the only one, {@code auto:NAME} for one
 * of several.
 *
 * @param name its name, if it was given
 */
public record WantedRelay(Optional<String> name) {

  private static final String WORD = "auto";

  /** What an announced name may look like: one DNS label without control characters. */
  static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}\"'\\\\]{1,63}");

  /** What a user wrote, if it is a relay to be looked for and not an address. */
  public static Optional<WantedRelay> parse(String text) {
    if (text.equals(WORD)) {
      return Optional.of(new WantedRelay(Optional.empty()));
    }
    String name = text.startsWith(WORD + ":") ? text.substring(WORD.length() + 1) : "";
    return NAME.matcher(name).matches()
        ? Optional.of(new WantedRelay(Optional.of(name)))
        : Optional.empty();
  }

  /** Whether there is no point in waiting for more than these. */
  boolean satisfiedBy(Collection<FoundRelay> found) {
    return name.isPresent() && found.stream().anyMatch(relay -> relay.name().equals(name.get()));
  }

  /**
   * The one that is meant.
   *
   * @throws NoRelayException when there is none, or more than one; the message says how to go on
   */
  public URI choose(List<FoundRelay> found) throws NoRelayException {
    List<FoundRelay> meant =
        found.stream().filter(relay -> name.map(relay.name()::equals).orElse(true)).toList();
    if (meant.size() == 1) {
      return meant.get(0).uri();
    }
    if (meant.size() > 1) {
      throw new NoRelayException(
          meant.size()
              + " relays announce themselves here: "
              + listed(meant)
              + "; choose one, such as "
              + WORD
              + ":"
              + meant.get(0).name());
    }
    if (!found.isEmpty()) {
      throw new NoRelayException(
          "no relay here announces itself as " + name.orElse("") + "; there is " + listed(found));
    }
    throw new NoRelayException(
        "no relay announces itself on this network: is it running, on this side of all routers, and"
            + " without MDNS=off? Or give its address, such as ws://192.168.1.10:8080/ws");
  }

  private static String listed(List<FoundRelay> relays) {
    return relays.stream().map(FoundRelay::toString).collect(Collectors.joining(", "));
  }

  /** As it was written. */
  @Override
  public String toString() {
    return name.map(text -> WORD + ":" + text).orElse(WORD);
  }
}
