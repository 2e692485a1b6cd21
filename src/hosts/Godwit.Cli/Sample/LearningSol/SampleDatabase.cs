using Godwit.Sqlite.Native;

namespace Godwit.Cli.Sample.LearningSol;

/// <summary>
/// The database of a learning platform for Solidity, as its Prisma application left it: TEXT ids, times in milliseconds, 0 and 1 for booleans,
/// JSON and enums as TEXT. Without <see cref="SampleOptions.Hostile"/> every value can go to PostgreSQL unchanged.
/// </summary>
public static class SampleDatabase
{
    /// <summary>Makes the file, replacing what is there, and returns the number of rows. It is written under another name first: no half file is ever in its place.</summary>
    public static long Write(string path, SampleOptions options)
    {
        var unfinished = path + ".unfinished";
        File.Delete(unfinished);
        try
        {
            var rows = Fill(unfinished, options);
            using (var file = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
            // A journal or -wal of the file that is replaced would be taken for one of the new file.
            foreach (var suffix in (ReadOnlySpan<string>)["-journal", "-wal", "-shm"]) File.Delete(path + suffix);
            File.Move(unfinished, path, overwrite: true);
            return rows;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private static long Fill(string path, SampleOptions options)
    {
        using var connection = SqliteConnection.OpenForWriting(path);
        connection.Execute("PRAGMA journal_mode = OFF");
        connection.Execute("PRAGMA synchronous = OFF");
        connection.Execute("PRAGMA cache_size = -131072");
        connection.Execute("BEGIN");
        foreach (var table in PrismaSchema.Tables)
            connection.Execute(options.Hostile ? table.Replace(PrismaSchema.RequiredTitle, PrismaSchema.AnyTitle) : table);
        var dice = new Dice(options.Seed);
        var platform = new Platform(RowCounts.Share(options.Rows), dice, new SampleClock(dice), new Cuid(dice));
        PrismaMigrations.Write(connection, platform);
        Users.Write(connection, platform);
        Courses.Write(connection, platform);
        Lessons.Write(connection, platform);
        UserProgress.Write(connection, platform);
        Achievements.Write(connection, platform);
        Enrolments.Write(connection, platform);
        Collaboration.Write(connection, platform);
        if (options.Hostile) HostileValues.Write(connection, platform);
        foreach (var index in PrismaSchema.Indexes) connection.Execute(index);
        if (options.Hostile) HostileValues.RestoreSchema(connection);
        connection.Execute("COMMIT");
        return options.Rows + (options.Hostile ? HostileValues.All.Count : 0);
    }
}
