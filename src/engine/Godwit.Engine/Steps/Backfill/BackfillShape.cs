using Godwit.Documents.Shapes;
using Godwit.Engine.Transforms;

namespace Godwit.Engine.Steps.Backfill;

/// <summary>What a runbook may say of a backfill; docs/backfill.md explains it.</summary>
internal static class BackfillShape
{
    private const string TablePattern = "[^\\x00.\"]{1,63}([.][^\\x00.\"]{1,63})?";

    public static Shape.Map Of(TransformRegistry transforms)
    {
        var columns = new Shape.Named(transforms.Shape with { Name = "transform" }) { NamePattern = "^[^\\x00]{1,63}$" };
        var condition = new Shape.Text { Expected = "an SQL condition" };
        return new Shape.Map(
            new Field("from", Table(), "The table that is read: schema.table, or a table of the schema public.", Required: true),
            new Field("key", Names(), "The columns of a unique key without NULLs, whose order the rows are read in; the primary key where it is left out."),
            new Field("where", condition, "Which rows belong to it. It must not depend on what the backfill writes."),
            new Field("set", columns, "Columns of that table, and what fills each."),
            new Field("into", Table(), "Another table that rows are inserted into."),
            new Field("conflict", Names(), "With into: the unique key by which a row that is there already is known."),
            new Field("columns", columns, "With into: its columns, and what fills each."),
            new Field("marker", Parameters.Column, "With into: a column of type text or uuid that says who inserted the row, so that an undo deletes exactly those."),
            new Field("undo_where", condition, "With into, instead of a marker: a condition that holds for what this step inserts and for nothing else."),
            new Field("empty_before", new Shape.Flag(), "With set: the columns held nothing before, so that an undo puts NULL back.") { Default = "false" },
            new Field("back", new Shape.Flag(), "With into: nothing happens on the way forward, and the step is carried out when it is taken back, so that a way back loses nothing.") { Default = "false" },
            new Field("min_rows", new Shape.Whole(1, 100_000), "The smallest batch that time alone leads to.") { Default = "1000" },
            new Field("max_rows", new Shape.Whole(1, 100_000), "The largest batch.") { Default = "5000" },
            new Field("rows_per_second", new Shape.Whole(1, 10_000_000), "A fixed cap."),
            new Field("pause", new Shape.Duration(TimeSpan.Zero, TimeSpan.FromMinutes(1)), "The least pause between two batches.") { Default = "0s" },
            new Field("max_wal_share", new Shape.Number(0.01m, 100), "How much of max_wal_size per checkpoint_timeout may be written before the backfill gives way; 1 is where checkpoints begin to come early.") { Default = "0.7" },
            new Field("probe", Probe(), "A statement of the application's whose time says whether the backfill disturbs it."),
            new Field("max_failures", new Shape.Number(0, 1), "The share of rows that may fail, recorded and left out; one more stops the step.") { Default = "0" },
            new Field("passes", new Shape.Whole(1, 100), "How often the table is gone through at most; a pass that had nothing to write is the last.") { Default = "2" },
            new Field("statement_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long one statement of a batch may take before the batch is halved.") { Default = "30s" },
            new Field("lock_timeout", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), "How long to wait for a row's lock before the batch is halved.") { Default = "5s" },
            new Field("search_path", new Shape.Text { MaxLength = 1000 }, "Where unqualified names of conditions and expressions are looked up.") { Default = "public" });
    }

    private static Shape.Text Table() => new(TablePattern) { Expected = "a table's name, schema.table or table, without quotes", MaxLength = 127 };

    private static Shape.List Names() => new(Parameters.Column) { Min = 1, Max = 32 };

    private static Shape.Map Probe() => new(
        new Field("sql", new Shape.Text(), "The statement; its answer is not looked at.", Required: true),
        new Field("per_second", new Shape.Whole(1, 100), "How often it is asked.") { Default = "10" },
        new Field("window", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)), "Over how long its 99th percentile is taken.") { Default = "10s" },
        new Field("baseline", new Shape.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)), "How long it is measured before the first batch.") { Default = "5s" },
        new Field("objective", new Shape.Duration(TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)), "What the percentile may reach without the backfill giving way."));
}
