using Godwit.Journeys.Running;
using Godwit.TestServers;

namespace Godwit.Journeys.Backups;

/// <summary>A backup that is not what was written is found, whatever of it was changed.</summary>
public sealed class DamagedBackupTests(PostgresServers servers)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_byte_one_file_or_one_line_that_differs_is_found()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var name = await folder.CreateAsync("--destination", folder.First);
        var place = Path.Combine(folder.First, name);
        var kept = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(place)) kept[file] = await File.ReadAllBytesAsync(file, Token);
        foreach (var (file, bytes) in kept.Where(k => !k.Key.EndsWith("verification.json", StringComparison.Ordinal)))
        {
            foreach (var at in new[] { 0, bytes.Length / 2, bytes.Length - 1 })
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= 1;
                await File.WriteAllBytesAsync(file, changed, Token);
                await MustBeFoundAsync($"byte {at} of {file} changed");
            }
            await File.WriteAllBytesAsync(file, bytes[..^1], Token);
            await MustBeFoundAsync($"{file} is shorter");
            File.Delete(file);
            await MustBeFoundAsync($"{file} is gone");
            await File.WriteAllBytesAsync(file, bytes, Token);
        }
        await File.WriteAllBytesAsync(Path.Combine(place, "dump.9999.dat.gz.sealed"), [1], Token);
        await MustBeFoundAsync("a file too many");
        File.Delete(Path.Combine(place, "dump.9999.dat.gz.sealed"));
        (await folder.RunAsync("backup", "verify", "--destination", folder.First)).MustBe(0);
        folder.MustBeTidy();

        async Task MustBeFoundAsync(string what)
        {
            var outcome = await folder.RunAsync("backup", "verify", name, "--destination", folder.First);
            Assert.True(outcome.ExitCode is 3 or 1, $"{what}: exit {outcome.ExitCode}\n{outcome.Output}\n{outcome.Error}");
            Assert.Matches("GW180[67]", outcome.Output);
        }
    }

    [Fact]
    public async Task A_backup_in_the_place_of_another_is_found()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var old = await folder.CreateAsync("--destination", folder.First);
        await folder.Target.ExecuteAsync("DELETE FROM public.people WHERE id > 1000");
        var young = await folder.CreateAsync("--destination", folder.First);
        var (first, second) = (Path.Combine(folder.First, old), Path.Combine(folder.First, young));
        // The whole folder, under the other's name.
        Directory.Move(second, second + ".aside");
        Directory.Move(first, second);
        Assert.Contains("that of another backup", (await folder.RunAsync("backup", "verify", young, "--destination", folder.First)).MustBe(3).Output, StringComparison.Ordinal);
        Directory.Move(second, first);
        Directory.Move(second + ".aside", second);
        // One file of the other, with its bytes and all.
        var dumps = Directory.GetFiles(first, "dump.*.dat.gz.sealed").Select(Path.GetFileName).ToList();
        File.Copy(Path.Combine(first, dumps[0]!), Path.Combine(second, dumps[0]!), overwrite: true);
        (await folder.RunAsync("backup", "verify", young, "--destination", folder.First)).MustBe(3);
        // Of two destinations the one that is whole is named, and serves.
        Assert.Contains("GW1807", (await folder.RunAsync("backup", "verify", young, "--destination", folder.First)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_does_not_open_with_another_key_or_for_an_unknown_signer()
    {
        using var folder = await BackupFolder.PrepareAsync(servers);
        var name = await folder.CreateAsync();
        folder.Environment["BACKUP_KEY"] = new string('a', 64);
        Assert.Contains("GW1801", (await folder.RunAsync("backup", "verify", name, "--key-env", "BACKUP_KEY")).MustBe(3).Output, StringComparison.Ordinal);
        folder.Environment["GODWIT_HOME"] = folder.In("other-home");
        Assert.Contains("whom this machine does not know", (await folder.RunAsync("backup", "verify", name)).MustBe(3).Output, StringComparison.Ordinal);
    }
}
