// SPDX-License-Identifier: MIT
// Feeds a camera with JPEG files over WebSocket, while somebody watches.
// build: g++ -std=c++17 -O2 send.cpp -o send -pthread        (Debian: libboost-dev)
// usage: send RELAY 8080 NAME FPS FILE...
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>
#include <vector>

namespace ws = boost::beast::websocket;
using Socket = ws::stream<boost::asio::ip::tcp::socket>;
using namespace std::chrono;

// A pong is written inside of read(), and only one thread may write: so this one does everything,
// and reads whenever bytes are there, or when nobody wants frames.
static void stream(Socket &socket, const std::vector<std::string> &images, double fps) {
  bool wanted = false;
  const auto period = duration_cast<steady_clock::duration>(duration<double>(1 / fps));
  auto next = steady_clock::now();
  for (size_t i = 0;;) {
    while (socket.next_layer().available() > 0 || !wanted) {
      boost::beast::flat_buffer message;
      socket.read(message);  // answers pings on the way
      const auto text = boost::beast::buffers_to_string(message.data());
      if (text.find("\"start_streaming\"") != std::string::npos) wanted = true;
      if (text.find("\"stop_streaming\"") != std::string::npos) wanted = false;
    }
    const auto now = duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    socket.text(true);
    socket.write(boost::asio::buffer("{\"type\":\"image_data\",\"timestamp\":\"" + std::to_string(now) + "\"}"));
    socket.binary(true);
    socket.write(boost::asio::buffer(images[i++ % images.size()]));
    next = std::max(next + period, steady_clock::now());
    std::this_thread::sleep_until(next);
  }
}

int main(int argc, char **argv) {
  if (argc < 6) return std::cerr << "usage: send HOST PORT NAME FPS FILE...\n", 2;
  std::vector<std::string> images;
  for (int i = 5; i < argc; i++) {
    std::ifstream file(argv[i], std::ios::binary);
    images.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  for (;; std::this_thread::sleep_for(seconds(1))) try {
      boost::asio::io_context io;
      Socket socket(io);
      boost::asio::connect(socket.next_layer(), boost::asio::ip::tcp::resolver(io).resolve(argv[1], argv[2]));
      socket.handshake(std::string(argv[1]) + ":" + argv[2], "/ws");
      socket.write(boost::asio::buffer(std::string(R"({"type":"client_type","clientType":"jetson","name":")") + argv[3] + "\"}"));
      stream(socket, images, std::stod(argv[4]));
    } catch (const std::exception &problem) { std::cerr << problem.what() << '\n'; }
}
