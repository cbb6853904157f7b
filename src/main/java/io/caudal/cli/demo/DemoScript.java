package io.caudal.cli.demo;

import java.util.List;

/**
 * What is said in the demo: facts in words that the bundled model knows, asked back at most five
 * turns later.
 */
final class DemoScript {
  private DemoScript() {}

  static List<Conversation> conversations() {
    return List.of(
        new Conversation(
            "anna",
            List.of(
                Turn.say("My name is Zorvek."),
                Turn.say("How are you?"),
                Turn.recall("What is my name?", "Zorvek")),
            Turn.say("Tell me a story about a robot."),
            List.of(
                Turn.recall("What is my name?", "Zorvek"),
                Turn.say("My dog is called Brimbo."),
                Turn.recall("What is my dog's name?", "Brimbo"))),
        new Conversation(
            "ben",
            List.of(
                Turn.say("My dog is called Brimbo."),
                Turn.say("My cat's name is Tazzle."),
                Turn.recall("What is my dog's name?", "Brimbo")),
            Turn.say("Tell me a story about a fox and a lamp."),
            List.of(
                Turn.recall("What is my cat called?", "Tazzle"),
                Turn.recall("What is my dog's name?", "Brimbo"))),
        new Conversation(
            "carla",
            List.of(
                Turn.say("Mi color favorito es verde."),
                Turn.say("Hola, me llamo Brunildo."),
                Turn.recall("¿Cuál es mi color favorito?", "verde")),
            Turn.say("Cuéntame un cuento de un zorro."),
            List.of(
                Turn.recall("¿Cómo me llamo?", "Brunildo"),
                Turn.recall("¿Cuál es mi color favorito?", "verde"))),
        new Conversation(
            "dora",
            List.of(
                Turn.say("Remember that my locker code is 4829."),
                Turn.say("Thank you!"),
                Turn.recall("What is my locker code?", "4829")),
            Turn.say("Tell me a story about a wizard and a bell."),
            List.of(
                Turn.say("My meeting is at 14:45."),
                Turn.recall("What is my locker code?", "4829"),
                Turn.recall("When is my meeting?", "14:45"))),
        new Conversation(
            "emil",
            List.of(
                Turn.say("Hola, me llamo Brunildo."),
                Turn.say("¿Qué tal?"),
                Turn.recall("¿Cómo me llamo?", "Brunildo")),
            Turn.say("Cuéntame un cuento."),
            List.of(
                Turn.say("Vivo en Quendralia."),
                Turn.recall("¿Dónde vivo?", "Quendralia"),
                Turn.recall("¿Cómo me llamo?", "Brunildo"))),
        new Conversation(
            "finn",
            List.of(
                Turn.say("My order code is K7-42Q."),
                Turn.say("My favourite colour is crimson."),
                Turn.recall("What is my favourite colour?", "crimson")),
            Turn.say("Tell me a story about a dragon and a key."),
            List.of(
                Turn.recall("What is my order code?", "K7-42Q"),
                Turn.recall("What is my favourite colour?", "crimson"))));
  }
}
