// SPDX-License-Identifier: MIT
package org.jetsonrelay.agent.capture.gstreamer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jetsonrelay.agent.capture.SourceException;
import org.jspecify.annotations.Nullable;

/**
 * The capture library, once it is loaded: the way to GStreamer. Looked for, in this order, where
 * {@code -Djetsonrelay.native.path} says (a file or a folder), beside the agent's jar, and in the
 * jar. All methods may be called by any thread.
 */
public final class GstLibrary {

  /** The system property that names the library's file or its folder. */
  public static final String PATH_PROPERTY = "jetsonrelay.native.path";

  static final String FILE_NAME = "libjetsonrelay_capture.so";

  private static final Logger LOG = System.getLogger(GstLibrary.class.getName());
  private static final Pattern MEDIA_TYPE = Pattern.compile("(?:^|; ?)([a-z]+/[a-z0-9.+-]+)");
  // One format or, in braces, several; each with its type before it in older versions.
  private static final Pattern FORMATS =
      Pattern.compile("\\bformat=(?:\\(string\\))?(\\{[^}]*\\}|[A-Za-z0-9_-]+)");

  // Written once, under the class's lock; a library stays loaded as long as the process runs.
  private static @Nullable GstLibrary loaded;

  private final String gstreamer;

  private GstLibrary(String gstreamer) {
    this.gstreamer = gstreamer;
  }

  /**
   * The library, loaded at the first call. A failure is not remembered: the next call tries again.
   *
   * @throws SourceException when it or GStreamer is missing; the message says what to install
   */
  public static synchronized GstLibrary load() throws SourceException {
    GstLibrary library = loaded;
    if (library == null) {
      String platform = platform();
      Path from = loadFrom(platform);
      library = new GstLibrary(new String(GstNative.version(), UTF_8));
      loaded = library;
      LOG.log(Level.DEBUG, "GStreamer {0} through {1}", library.gstreamer, from);
    }
    return library;
  }

  /** GStreamer's version, as 1.20.3. */
  public String gstreamerVersion() {
    return gstreamer;
  }

  /**
   * What this machine's GStreamer offers. Loads the plug-ins that it asks for: some 100 ms at
   * first.
   */
  public Device device() throws SourceException {
    Set<String> elements = new HashSet<>();
    Set<String> nvmmSinks = new HashSet<>();
    for (String element : Device.ASKED_FOR) {
      int answer = GstNative.probe(utf8(element));
      if ((answer & GstNative.EXISTS) != 0) {
        elements.add(element);
      }
      if ((answer & GstNative.SINKS_NVMM) != 0) {
        nvmmSinks.add(element);
      }
    }
    return new Device(Optional.of(gstreamer), elements, nvmmSinks);
  }

  /**
   * What an input offers by media type and raw format, such as {@code image/jpeg} and {@code YUY2};
   * nothing for kinds that cannot be asked without starting them.
   *
   * @throws SourceException when its device cannot be opened
   */
  public Set<String> offered(Input input) throws SourceException {
    if (!(input instanceof Input.V4l2 camera)) {
      return Set.of();
    }
    try {
      String source = "v4l2src device=" + PipelineBuilder.quoted(camera.device());
      return words(new String(GstNative.sourceCaps(utf8(source)), UTF_8));
    } catch (SourceException e) {
      throw new SourceException(input.description() + " cannot be opened: " + e.getMessage(), e);
    }
  }

  static Set<String> words(String caps) {
    Set<String> words = new HashSet<>();
    for (Matcher type = MEDIA_TYPE.matcher(caps); type.find(); ) {
      words.add(type.group(1));
    }
    for (Matcher formats = FORMATS.matcher(caps); formats.find(); ) {
      for (String format : formats.group(1).replace("(string)", "").split("[{}, ]+", -1)) {
        if (!format.isEmpty()) {
          words.add(format);
        }
      }
    }
    return words;
  }

  /**
   * Starts a pipeline that ends in {@code appsink name=sink}.
   *
   * @throws SourceException with GStreamer's own message
   */
  public GstCapture open(String pipeline) throws SourceException {
    return new GstCapture(GstNative.open(utf8(pipeline)));
  }

  static byte[] utf8(String text) throws SourceException {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length > GstNative.TEXT_BYTES_MAX || text.indexOf('\0') >= 0) {
      throw new SourceException(
          "the pipeline must be at most " + GstNative.TEXT_BYTES_MAX + " bytes and without a NUL");
    }
    return bytes;
  }

  private static String platform() throws SourceException {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (!system.equals("linux")) {
      throw new SourceException("capturing by GStreamer works on Linux only, not on " + system);
    }
    return "linux-" + (machine.equals("amd64") ? "x86_64" : machine);
  }

  private static Path loadFrom(String platform) throws SourceException {
    Optional<Path> file = onDisk(platform);
    if (file.isPresent()) {
      link(file.get());
      return file.get();
    }
    String resource = "/native/" + platform + "/" + FILE_NAME;
    try (InputStream stream = GstLibrary.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new SourceException(
            "this build of the agent has no capture library for "
                + platform
                + "; build it with native/build-native.sh and name it with -D"
                + PATH_PROPERTY
                + "=FILE");
      }
      return unpackAndLink(stream);
    } catch (IOException e) {
      throw new SourceException(
          "the capture library cannot be unpacked to "
              + System.getProperty("java.io.tmpdir")
              + " ("
              + e.getMessage()
              + "); set -Djava.io.tmpdir to a folder that can be written",
          e);
    }
  }

  private static Optional<Path> onDisk(String platform) throws SourceException {
    String named = System.getProperty(PATH_PROPERTY);
    if (named != null) {
      Path path = Path.of(named);
      Path file = Files.isDirectory(path) ? path.resolve(FILE_NAME) : path;
      if (!Files.isRegularFile(file)) {
        throw new SourceException("-D" + PATH_PROPERTY + " names " + file + ", which is no file");
      }
      return Optional.of(file.toAbsolutePath());
    }
    CodeSource code = GstLibrary.class.getProtectionDomain().getCodeSource();
    if (code == null || code.getLocation() == null) {
      return Optional.empty();
    }
    try {
      Path folder = Path.of(code.getLocation().toURI()).toAbsolutePath().getParent();
      return folder == null
          ? Optional.empty()
          : List.of(folder.resolve(FILE_NAME), folder.resolve(platform).resolve(FILE_NAME)).stream()
              .filter(Files::isRegularFile)
              .findFirst();
    } catch (URISyntaxException | IllegalArgumentException e) {
      LOG.log(Level.DEBUG, "the agent's own jar is at no path: {0}", e.getMessage());
      return Optional.empty();
    }
  }

  private static Path unpackAndLink(InputStream stream) throws IOException, SourceException {
    // Created with mode 0600: nobody else can put another library in its place.
    Path file = Files.createTempFile("jetsonrelay_capture", ".so");
    try {
      Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
      link(file);
    } finally {
      // Once it is mapped, Linux no longer needs the name.
      Files.deleteIfExists(file);
    }
    return file;
  }

  private static void link(Path file) throws SourceException {
    try {
      System.load(file.toString());
    } catch (UnsatisfiedLinkError e) {
      throw new SourceException(explained(file, String.valueOf(e.getMessage())), e);
    }
  }

  static String explained(Path file, String message) {
    if (message.contains("libgst")
        || message.contains("libglib")
        || message.contains("libgobject")) {
      return "GStreamer is not installed ("
          + message
          + "): apt-get install gstreamer1.0-plugins-base gstreamer1.0-plugins-good";
    }
    if (message.contains("failed to map segment")) {
      return file
          + " is in a folder mounted noexec: set -Djava.io.tmpdir to another one, or unpack the"
          + " library and name it with -D"
          + PATH_PROPERTY;
    }
    return "the capture library " + file + " cannot be loaded: " + message;
  }
}
