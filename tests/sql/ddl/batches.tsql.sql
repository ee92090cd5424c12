USE shop
GO
CREATE TABLE [dbo].[Orders] ([Id] int NOT NULL, [Cart Value] money)
CREATE TABLE dbo.Lines (Id int)
GO
IF NOT EXISTS (SELECT 1 FROM sys.tables) CREATE TABLE dbo.Guarded (Id int)
EXEC sp_rename 'dbo.Lines.Id', 'LineId', 'COLUMN'
