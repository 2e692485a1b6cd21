using Godwit.Documents.Shapes;

namespace Godwit.Documents.Tests.Shapes;

public sealed class ShapeReferenceTests
{
    [Fact]
    public void Each_mapping_has_one_table_of_its_keys()
    {
        var step = new Shape.OneOf(
            [new Field("id", new Shape.Text(), "Its name")],
            [new Field("wait", new Shape.Map(new Field("time", new Shape.Duration(), "How long", Required: true)) { Short = "time" }, "Waits")]) { Name = "step", Description = "One step" };
        var shape = new Shape.Map(
            new Field("mode", new Shape.Choice("a", "b"), "How") { Default = "a" },
            new Field("steps", new Shape.List(step), "What is done", Required: true),
            new Field("more", new Shape.Map(new Field("steps", new Shape.List(step), "More steps")), "Later"));
        Assert.Equal("""
            ### book

            | key | value | default | |
            |---|---|---|---|
            | `mode` | `a`, `b` | `a` | How. |
            | `steps` | list of [step](#step) | required | What is done. |
            | `more` | [more](#more) |  | Later. |

            ### step

            One step.

            | key | value | default | |
            |---|---|---|---|
            | `id` | text |  | Its name. |

            and exactly one of

            | key | value | |
            |---|---|---|
            | `wait` | length of time, or `{time: …}` | Waits. |

            ### more

            | key | value | default | |
            |---|---|---|---|
            | `steps` | list of [step](#step) |  | More steps. |

            """, ShapeReference.Create(shape, "book", 3));
    }

    [Fact]
    public void Every_file_of_a_value_is_found_with_its_pointer()
    {
        var shape = new Shape.Map(
            new Field("one", new Shape.File(), "One"),
            new Field("many", new Shape.List(new Shape.Map(new Field("up", new Shape.File(), "Up"))), "Many"),
            new Field("named", new Shape.Named(new Shape.File()), "Named"));
        var value = System.Text.Json.Nodes.JsonNode.Parse("""{"one":"a","many":[{},{"up":"b"}],"named":{"x/y":"c"}}""");
        Assert.Equal([("/one", "a"), ("/many/1/up", "b"), ("/named/x~1y", "c")], ShapeFiles.Of(value, shape));
    }
}
