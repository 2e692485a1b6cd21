using Godwit.Engine.Moves;
using Godwit.Model.Moves;
using Godwit.Sqlite.Grammar;
using Godwit.Sqlite.Opening;
using Godwit.Sqlite.Profiling;
using Godwit.Sqlite.Schemas;

namespace Godwit.Sqlite.Planning;

/// <summary>Reads every value of a source once, several tables and parts of tables at a time, and says what each column is like.</summary>
public static class SourceSurvey
{
    /// <summary>Below this a file is read sooner than its tables are cut.</summary>
    private const long SmallFile = 16 * 1024 * 1024;

    /// <summary>Parts of a table for each worker: rowids may be sparse, and who gets a sparse part takes another.</summary>
    private const int PartsPerWorker = 4;

    public static async Task<IReadOnlyDictionary<string, TableProfile>> ProfileAsync(
        SourceFile file, SourceSchema schema, PlanOptions options, int jobs, MoveProgress progress, CancellationToken cancellation)
    {
        progress.Begin(MovePhase.Profile);
        var tables = schema.Tables.Where(t => options.Tables is null || options.Tables.Any(name => SqliteNames.Same(name, t.Name)));
        var parts = jobs == 1 || file.Fingerprint.Database.Size < SmallFile ? 1 : jobs * PartsPerWorker;
        var work = new List<(TableToProfile Table, RowIdRange Range)>();
        foreach (var table in tables)
        {
            var profile = ProfileRequest.Of(table, options.Map);
            work.AddRange(RowIdSplit.Of(file.Control, profile, parts).Select(range => (profile, range)));
        }
        var profileOptions = new ProfileOptions { Encoding = file.Encoding, OnProgress = progress.Add, RowsPerRange = options.RowsPerRange };
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
            .ToDictionary(g => g.Key, g => TableProfile.Merge([.. g.Select(r => r.Profile)], profileOptions), StringComparer.Ordinal);
    }
}
