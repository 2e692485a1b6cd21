using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Sqlite.Choosing;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Reading;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Reads every value of a source once, several tables and parts of tables at a time, and says what each column is like.</summary>
public static class SourceSurvey
{
    /// <summary>Rowids, as far as they are dense, that are worth a worker of their own.</summary>
    private const long RowIdsPerPart = 500_000;

    public static async Task<IReadOnlyDictionary<string, TableProfile>> ProfileAsync(
        SourceFile file, SourceSchema schema, PlanOptions options, int jobs, MoveProgress progress, CancellationToken cancellation)
    {
        progress.Begin(MovePhase.Profile);
        var tables = schema.Tables.Where(t => options.Tables is null || options.Tables.Any(name => SqliteNames.Same(name, t.Name)));
        var work = new List<(TableToProfile Table, RowIdRange Range, int Part)>();
        foreach (var table in tables)
        {
            var profile = ToProfile(table, options.Map);
            var parts = Cut(file, table, jobs);
            work.AddRange(parts.Select((range, part) => (profile, range, part)));
        }
        var profileOptions = new ProfileOptions { Encoding = (SourceEncoding)(int)file.Encoding, OnProgress = progress.Add, RowsPerRange = options.RowsPerRange };
        var results = new TableProfile[work.Count];
        await Workers.RunAsync(
            Enumerable.Range(0, work.Count),
            jobs,
            (index, token) =>
            {
                progress.At(work[index].Table.Name);
                var reader = file.OpenReader();
                try
                {
                    results[index] = TableProfiler.Profile(reader, work[index].Table, work[index].Range, profileOptions, token);
                }
                finally
                {
                    file.Return(reader);
                }
                return Task.CompletedTask;
            },
            cancellation);
        return work.Select((item, index) => (item.Table.Name, Profile: results[index])).GroupBy(r => r.Name, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => TableProfile.Merge([.. g.Select(r => r.Profile)]), StringComparer.Ordinal);
    }

    private static TableToProfile ToProfile(SourceTable table, MapFile map) => new(
        table.Name,
        [.. table.Columns.Select(c => ColumnToChoose.ToProfile(c.Name, c.DeclaredType, table.Strict, map.Column(table.Name, c.Name)))],
        table.RowIdName is not null,
        [.. table.Columns.Select(c => c.Name)])
    {
        KeyColumns = [.. table.PrimaryKey.Select(k => table.Columns[k].Name)],
    };

    /// <summary>Even parts of the rowids between the least and the greatest: cheap to find, and workers that get a sparse part take the next.</summary>
    private static List<RowIdRange> Cut(SourceFile file, SourceTable table, int jobs)
    {
        List<RowIdRange> whole = [new RowIdRange(null, null)];
        if (table.RowIdName is not { } rowId || jobs == 1) return whole;
        var name = SelectStatement.Quote(table.Name);
        if (file.Control.QueryInteger($"SELECT min({rowId}) FROM main.{name}") is not { } least || file.Control.QueryInteger($"SELECT max({rowId}) FROM main.{name}") is not { } greatest) return whole;
        var span = (UInt128)((Int128)greatest - least);
        var parts = (int)UInt128.Min(span / (ulong)RowIdsPerPart, (UInt128)(jobs * 4));
        if (parts < 2) return whole;
        var cuts = Enumerable.Range(1, parts - 1).Select(i => (long)(least + (Int128)(span * (UInt128)i / (UInt128)parts))).ToList();
        return [.. Enumerable.Range(0, parts).Select(i => new RowIdRange(i == 0 ? null : cuts[i - 1], i == parts - 1 ? null : cuts[i]))];
    }
}
