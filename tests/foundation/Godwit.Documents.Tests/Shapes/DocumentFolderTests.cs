using Godwit.Documents.Shapes;

namespace Godwit.Documents.Tests.Shapes;

public sealed class DocumentFolderTests : IDisposable
{
    private readonly TemporaryFolder _outer = new();
    private readonly DocumentFolder _folder;

    public DocumentFolderTests()
    {
        _outer.Write("outside.sql", "");
        _outer.Write("book/a.sql", "");
        _outer.Write("book/parts/b.sql", "");
        _folder = new DocumentFolder(Path.Combine(_outer.Path, "book"));
    }

    public void Dispose() => _outer.Dispose();

    [Theory]
    [InlineData("", "a.sql", "a.sql")]
    [InlineData("", "./parts/../a.sql", "a.sql")]
    [InlineData("", "parts/b.sql", "parts/b.sql")]
    [InlineData("parts", "b.sql", "parts/b.sql")]
    [InlineData("parts", "../a.sql", "a.sql")]
    public void A_file_has_one_path_whoever_names_it(string below, string path, string normal) =>
        Assert.Equal(new FolderFile.Found(normal), _folder.Find(below, path));

    [Theory]
    [InlineData("", "c.sql")]
    [InlineData("", "parts")]
    [InlineData("", "")]
    public void What_is_no_file_is_missing(string below, string path) => Assert.IsType<FolderFile.Missing>(_folder.Find(below, path));

    [Theory]
    [InlineData("", "../outside.sql")]
    [InlineData("parts", "../../outside.sql")]
    [InlineData("", "..")]
    [InlineData("", "/etc/passwd")]
    [InlineData("", "../book2/a.sql")]
    public void A_path_that_leaves_the_folder_is_outside(string below, string path) => Assert.IsType<FolderFile.Outside>(_folder.Find(below, path));

    [Fact]
    public void A_link_may_lead_elsewhere_in_the_folder_and_no_further()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "near.sql"), "parts/b.sql");
        File.CreateSymbolicLink(Path.Combine(_folder.Root, "far.sql"), "../outside.sql");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Root, "up"), _outer.Path);

        Assert.Equal(new FolderFile.Found("near.sql"), _folder.Find("", "near.sql"));
        Assert.IsType<FolderFile.Outside>(_folder.Find("", "far.sql"));
        Assert.IsType<FolderFile.Outside>(_folder.Find("", "up/outside.sql"));
        Assert.Equal(new FolderFile.Found("up/book/a.sql"), _folder.Find("", "up/book/a.sql"));
    }

    [Fact]
    public void The_folder_itself_may_be_reached_by_a_link()
    {
        var link = Path.Combine(_outer.Path, "link");
        Directory.CreateSymbolicLink(link, _folder.Root);
        Assert.Equal(new FolderFile.Found("a.sql"), new DocumentFolder(link).Find("", "a.sql"));
    }
}
