import { testViews } from './axe.js'

testViews('dark')
