// Writes the event files that read_events.py expects: a run of ten steps that was resumed at
// step 6.

#include <exception>
#include <iostream>

#include "lion/train/event_file.h"

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  lion::train::EventFile first(argv[1]);
  for (int step = 0; step < 8; ++step) first.scalar("loss/all", step, 10.0 - step);
  first.text("config", 0, "**stage** 1");
  lion::Image image = lion::Image::black(6, 4);
  image.rgb[0] = 255;
  first.image("samples", 3, image);
  first.flush();
  lion::train::EventFile resumed(argv[1], 6);
  for (int step = 6; step < 10; ++step) resumed.scalar("loss/all", step, 20.0 - step);
  resumed.flush();
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
