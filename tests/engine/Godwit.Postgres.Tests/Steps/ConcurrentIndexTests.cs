using Godwit.Postgres.Scripts;
using Godwit.Postgres.Steps.Sql;

namespace Godwit.Postgres.Tests.Steps;

/// <summary>Which index a statement is about: the catalog then tells what became of the statement.</summary>
public sealed class ConcurrentIndexTests
{
    [Theory]
    [InlineData("DROP INDEX CONCURRENTLY orders_email", "orders_email")]
    [InlineData("drop index concurrently if exists orders_email;", "orders_email")]
    [InlineData("DROP INDEX CONCURRENTLY IF EXISTS shop.orders_email RESTRICT", "shop.orders_email")]
    [InlineData("DROP INDEX CONCURRENTLY \"Shop\".\"an \"\"odd\"\" name\"", "\"Shop\".\"an \"\"odd\"\" name\"")]
    [InlineData("DROP INDEX orders_email", null)]
    [InlineData("CREATE INDEX CONCURRENTLY orders_email ON orders (email)", null)]
    [InlineData("DROP INDEX CONCURRENTLY one, two", null)]
    public void The_index_that_a_statement_drops_concurrently(string sql, string? name) => Assert.Equal(name, ConcurrentIndex.DroppedBy(Single(sql)));

    [Theory]
    [InlineData("CREATE INDEX CONCURRENTLY orders_email ON orders (email)", "orders_email")]
    [InlineData("create unique index concurrently if not exists \"By Email\" on orders (email)", "\"By Email\"")]
    [InlineData("CREATE INDEX CONCURRENTLY ON orders (email)", null)]
    [InlineData("CREATE INDEX orders_email ON orders (email)", null)]
    public void The_index_that_a_statement_builds_concurrently(string sql, string? name) => Assert.Equal(name, ConcurrentIndex.NameOf(Single(sql)));

    private static SqlStatement Single(string sql)
    {
        var (statements, fault) = SqlScript.Split(sql);
        Assert.Null(fault);
        return Assert.Single(statements);
    }
}
