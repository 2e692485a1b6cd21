using System.Text;
using Godwit.Postgres.Backups.Restoring;

namespace Godwit.Postgres.Tests.Backups;

public sealed class FormerNameTests
{
    [Theory]
    [InlineData("shop", "shop")]
    [InlineData("a-name-of-a-database-that-is-as-long-as-a-name-may-be-63-bytes-it", "a-name-of-a-database-that-is-as-long-as-a")]
    [InlineData("äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüä", "äöüäöüäöüäöüäöüäöüäö")]
    [InlineData("x😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", "x😀😀😀😀😀😀😀😀😀😀")]
    public void A_database_that_is_replaced_keeps_as_much_of_its_name_as_the_server_takes(string database, string kept)
    {
        var former = DatabaseRestore.FormerName(database, TimeProvider.System);
        Assert.Equal(kept, former[..former.IndexOf("_before_", StringComparison.Ordinal)]);
        Assert.InRange(Encoding.UTF8.GetByteCount(former), 1, 63);
    }
}
