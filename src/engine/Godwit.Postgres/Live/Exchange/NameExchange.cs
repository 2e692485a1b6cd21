using System.Globalization;
using Godwit.Model.Names;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>The statements by which tables, sequences and what belongs to them exchange names. Twice, and everything is called as it was.</summary>
internal static class NameExchange
{
    /// <param name="pairs">Tables and sequences that stand alone.</param>
    /// <param name="parts">What belongs to the tables.</param>
    /// <param name="between">A schema that is not there, for what has given up its place and waits for the other.</param>
    public static IReadOnlyList<string> Write(IReadOnlyList<NamePair> pairs, IReadOnlyList<PartPair> parts, string between)
    {
        var things = pairs.Select(p => new Thing(p.Kind, p.Schema, p.Name, p.OtherSchema, p.OtherName, Moves: p.Schema != p.OtherSchema))
            // Indexes, and sequences of columns, go from schema to schema with their tables; statistics do not.
            .Concat(parts.Where(p => p.Used.Kind != "CONSTRAINT").Select(p => new Thing(p.Used.Kind, p.Used.Schema, p.Used.Name, p.Other.Schema, p.Other.Name, Moves: p.Used.Kind == "STATISTICS" && p.Used.Schema != p.Other.Schema)))
            .ToList();
        var constraints = parts.Where(p => p.Used.Kind == "CONSTRAINT" && p.Used.Name != p.Other.Name).ToList();
        var named = things.Where(t => t.Name != t.OtherName).Select((t, i) => (Thing: t, Aside: string.Create(CultureInfo.InvariantCulture, $"godwit_a_{i}"), Coming: string.Create(CultureInfo.InvariantCulture, $"godwit_b_{i}"))).ToDictionary(t => t.Thing);
        var moved = things.Where(t => t.Moves).ToList();
        var (hold, statements) = (TargetName.Quote(between), new List<string>());
        foreach (var pair in constraints)
        {
            statements.Add($"ALTER TABLE {pair.Table.Used} RENAME CONSTRAINT {TargetName.Quote(pair.Used.Name)} TO {TargetName.Quote(pair.Other.Name)}");
            statements.Add($"ALTER TABLE {pair.Table.Other} RENAME CONSTRAINT {TargetName.Quote(pair.Other.Name)} TO {TargetName.Quote(pair.Used.Name)}");
        }
        if (moved.Count > 0) statements.Add($"CREATE SCHEMA {hold}");
        // By way of names that nothing else has: one that is given up may be the one that another takes.
        foreach (var (thing, aside, _) in named.Values) statements.Add(Rename(thing, thing.Schema, thing.Name, aside));
        foreach (var thing in moved) statements.Add(Place(thing, thing.Schema, named.TryGetValue(thing, out var n) ? n.Aside : thing.Name, between));
        foreach (var (thing, _, coming) in named.Values) statements.Add(Rename(thing, thing.OtherSchema, thing.OtherName, coming));
        foreach (var thing in moved) statements.Add(Place(thing, thing.OtherSchema, named.TryGetValue(thing, out var n) ? n.Coming : thing.OtherName, thing.Schema));
        foreach (var (thing, _, coming) in named.Values) statements.Add(Rename(thing, thing.Schema, coming, thing.Name));
        foreach (var thing in moved) statements.Add(Place(thing, between, named.TryGetValue(thing, out var n) ? n.Aside : thing.Name, thing.OtherSchema));
        foreach (var (thing, aside, _) in named.Values) statements.Add(Rename(thing, thing.OtherSchema, aside, thing.OtherName));
        if (moved.Count > 0) statements.Add($"DROP SCHEMA {hold}");
        return statements;
    }

    private static string Rename(Thing thing, string schema, string name, string to) => $"ALTER {thing.Kind} {TargetName.Qualify(schema, name)} RENAME TO {TargetName.Quote(to)}";

    private static string Place(Thing thing, string schema, string name, string to) => $"ALTER {thing.Kind} {TargetName.Qualify(schema, name)} SET SCHEMA {TargetName.Quote(to)}";

    /// <param name="Moves">Whether it is taken from schema to schema by itself.</param>
    private sealed record Thing(string Kind, string Schema, string Name, string OtherSchema, string OtherName, bool Moves);
}
