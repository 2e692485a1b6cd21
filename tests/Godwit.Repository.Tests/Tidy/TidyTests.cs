using Godwit.Repository.Tests.Layout;

namespace Godwit.Repository.Tests.Tidy;

/// <summary>What no reviewer should have to look for.</summary>
public sealed class TidyTests(ITestOutputHelper output)
{
    private const int LongestFile = 500;
    private const int LargestFile = 512 * 1024;

    private static readonly string[] s_text =
        [".cs", ".md", ".csproj", ".props", ".slnx", ".json", ".yaml", ".yml", ".sh", ".txt", ".sql", ".editorconfig", ".gitignore", ""];

    // Put together here, so that this file does not break its own rule.
    private static readonly string[] s_unfinished = ["TO" + "DO", "FIX" + "ME", "HA" + "CK", "NotImplemented" + "Exception", "for " + "now,", "for " + "now.", "for " + "now\n", "for " + "now;"];

    private static readonly string[] s_elsewhere =
        ["/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/", @"C:" + @"\", "nuget" + ".org", "registry." + "npmjs", "nuget." + "config"];

    [Fact]
    public void No_file_of_code_is_longer_than_500_lines()
    {
        var lengths = Code().Select(f => (File: f, Lines: SourceTree.Read(f).AsSpan().Count('\n'))).OrderBy(f => f.Lines).ToList();
        output.WriteLine($"{lengths.Count} files of code: median {lengths[lengths.Count / 2].Lines} lines, p90 {lengths[lengths.Count * 9 / 10].Lines}, longest {lengths[^1].Lines} ({lengths[^1].File})");
        Offenders.AssertNone(lengths.Where(f => f.Lines > LongestFile).Select(f => $"{f.File}: {f.Lines} lines"));
    }

    [Fact]
    public void Nothing_is_left_unfinished() =>
        Offenders.AssertNone(TextFiles().SelectMany(f => Found(f, s_unfinished)));

    [Fact]
    public void No_file_names_a_folder_of_one_machine_or_a_package_source() =>
        Offenders.AssertNone(TextFiles().SelectMany(f => Found(f, s_elsewhere)));

    [Fact]
    public void No_file_is_larger_than_512_KB() =>
        Offenders.AssertNone(SourceTree.Files.Where(f => new FileInfo(Path.Combine(SourceTree.Root, f)).Length > LargestFile));

    [Fact]
    public void Lines_end_as_Unix_ends_them_and_so_does_the_file() =>
        Offenders.AssertNone(TextFiles().Where(f => SourceTree.ReadBytes(f) is { Length: > 0 } bytes
            // NuGet writes its lock files without the last line's end.
            && (bytes.AsSpan().Contains((byte)'\r') || (bytes[^1] != (byte)'\n' && Path.GetFileName(f) != "packages.lock.json"))));

    [Fact]
    public void Files_are_UTF_8_without_a_byte_order_mark() =>
        Offenders.AssertNone(TextFiles().Where(f => SourceTree.ReadBytes(f) is var bytes && (bytes.AsSpan().StartsWith("\uFEFF"u8) || !System.Text.Unicode.Utf8.IsValid(bytes))));

    [Fact]
    public void Folders_are_capabilities_not_kinds() =>
        Offenders.AssertNone(SourceTree.Folders.Intersect(["Helpers", "Utils", "Utilities", "Interfaces", "Models", "Common", "Misc"]));

    private static IEnumerable<string> Code() => SourceTree.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<string> TextFiles() => SourceTree.Files.Where(f => s_text.Contains(Path.GetExtension(f)));

    private static IEnumerable<string> Found(string file, string[] words)
    {
        var text = SourceTree.Read(file);
        return words.Where(w => text.Contains(w, StringComparison.Ordinal)).Select(w => $"{file}: {w.Trim()}");
    }
}
