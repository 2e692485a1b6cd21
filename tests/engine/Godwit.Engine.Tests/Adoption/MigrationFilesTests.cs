using Godwit.Engine.Adoption;

namespace Godwit.Engine.Tests.Adoption;

public sealed class MigrationFilesTests
{
    [Theory]
    [InlineData("V1__a.sql", "1")]
    [InlineData("V1_2__a.sql", "1.2")]
    [InlineData("V01.20.0__a.sql", "1.20")]
    [InlineData("V20250101080000__a.sql", "20250101080000")]
    [InlineData("R__a.sql", null)]
    [InlineData("U1__a.sql", null)]
    public void A_Flyway_files_version_is_read_as_Flyway_reads_it(string name, string? version) => Assert.Equal(version, MigrationFiles.FlywayVersion(name));

    [Theory]
    [InlineData("1", "1.0.1", -1)]
    [InlineData("1.10", "1.9", 1)]
    [InlineData("99999999999999999999", "100000000000000000000", -1)]
    [InlineData("2", "2", 0)]
    public void Versions_compare_as_numbers(string one, string other, int order) => Assert.Equal(order, Math.Sign(MigrationFiles.Compare(one, other)));

    [Theory]
    [InlineData(MigrationTool.EfCore, "20250101080000_One", "sql/20250101080000-one.up.sql", true)]
    [InlineData(MigrationTool.EfCore, "20250101080000_One", "20250101080001_One.sql", false)]
    [InlineData(MigrationTool.Dbmate, "20250101080000", "202501010800001_x.sql", false)]
    [InlineData(MigrationTool.Alembic, "ae1027a6acf2", "2025_01_01-ae1027a6acf2_x.sql", true)]
    [InlineData(MigrationTool.Alembic, "ae10", "ae1027a6acf2_x.sql", false)]
    [InlineData(MigrationTool.Prisma, "20250101080000_one", "prisma/20250101080000_one/migration.sql", true)]
    [InlineData(MigrationTool.Prisma, "20250101080000_one", "prisma/20250101080000_one/other.sql", false)]
    public void A_file_corresponds_to_a_migration_by_its_tools_way_of_naming(MigrationTool tool, string key, string path, bool fits) =>
        Assert.Equal(fits, MigrationFiles.Fits(tool, new AppliedMigration(key, key), path));

    [Theory]
    [InlineData("ab\nc d\n")]
    [InlineData("ab\r\nc d")]
    [InlineData("\uFEFFab\nc d\n")]
    public void A_checksum_of_Flyways_does_not_see_how_lines_end(string text) => Assert.Equal(MigrationChecksum.Flyway("abc d"), MigrationChecksum.Flyway(text));

    [Fact]
    public void A_checksum_of_Flyways_is_CRC_32() => Assert.Equal(unchecked((int)0xCBF43926), MigrationChecksum.Flyway("123456789"));
}
