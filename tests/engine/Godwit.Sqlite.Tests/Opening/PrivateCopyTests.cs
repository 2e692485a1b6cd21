using Godwit.Sqlite.Opening;

namespace Godwit.Sqlite.Tests.Opening;

/// <summary>Copies of sources hold their rows: those of processes that are gone go too.</summary>
public sealed class PrivateCopyTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("godwit-scratch").FullName;

    [Fact]
    public void What_killed_processes_have_left_goes_and_what_a_living_one_holds_stays()
    {
        // Killed before it held the folder, or after the last file of it was gone.
        Directory.CreateDirectory(Path.Combine(_scratch, "source-1"));
        foreach (var name in (string[])["source-2", "source-3"])
        {
            Directory.CreateDirectory(Path.Combine(_scratch, name));
            foreach (var file in (string[])["held", "app.db", "app.db-wal"]) File.WriteAllText(Path.Combine(_scratch, name, file), "rows");
        }
        using (new FileStream(Path.Combine(_scratch, "source-3", "held"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            PrivateCopy.RemoveAbandoned(_scratch);
            Assert.Equal(["source-3"], Directory.EnumerateFileSystemEntries(_scratch).Select(Path.GetFileName));
            Assert.Equal(3, Directory.GetFiles(Path.Combine(_scratch, "source-3")).Length);
        }
        PrivateCopy.RemoveAbandoned(_scratch);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_scratch));
    }

    public void Dispose() => Directory.Delete(_scratch, recursive: true);
}
